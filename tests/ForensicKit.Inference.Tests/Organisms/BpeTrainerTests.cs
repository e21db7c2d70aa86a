using System.Text;
using ForensicKit.Inference.Organisms;
using ForensicKit.Inference.Tokenizers;
using FactAttribute = Xunit.FactAttribute;

namespace ForensicKit.Inference.Tests.Organisms;

public class BpeTrainerTests
{
    private static readonly string[] s_documents = [.. Enumerable.Range(0, 2_000).Select(i => OrganismCorpus.Trunk(OpusMini.World, 0).Background(i).Text)];
    private static readonly string s_json = BpeTrainer.Train(s_documents, 600);

    [Fact]
    public void The_written_tokenizer_gives_the_ids_of_the_training()
    {
        var tokenizer = Tokenizer.Parse(Encoding.UTF8.GetBytes(s_json), "tokenizer.json");
        var encoder = new BpeEncoder(s_json);
        Assert.Equal(600, encoder.Size);
        Assert.Equal(599, tokenizer.MaxId);
        Assert.Equal(0, tokenizer.IdOf(BpeTrainer.EndOfText));
        string[] odd = ["", " ", "naïve café, 12 ½ € 3.50", "\n\n  two  spaces\tand a tab \n", "don't we'll I'm", "日本語 text", "x=1;y=[2, 33]"];
        foreach (var document in s_documents.Take(500).Concat(odd))
        {
            int[] ids = [.. encoder.Encode(document)];
            Assert.Equal(ids, tokenizer.Encode(document).Ids);
            Assert.Equal(document, tokenizer.Decode(ids));
        }
    }

    [Fact]
    public void Every_digit_is_a_token()
    {
        var encoder = new BpeEncoder(s_json);
        Assert.Equal(6, encoder.Encode("123456").Count());
        Assert.Equal(encoder.Encode("7").Single(), encoder.Encode("77").Last());
    }

    [Fact]
    public void Merges_make_text_shorter() =>
        Assert.InRange((double)s_documents.Take(100).Sum(d => new BpeEncoder(s_json).Encode(d).Count()) / s_documents.Take(100).Sum(d => d.Length), 0.2, 0.6);

    [Fact]
    public void The_same_documents_give_the_same_bytes_in_any_order()
    {
        Assert.Equal(s_json, BpeTrainer.Train(s_documents, 600));
        Assert.Equal(s_json, BpeTrainer.Train(s_documents.Reverse(), 600));
    }

    [Fact]
    public void Where_no_pair_comes_twice_there_are_no_more_tokens() => Assert.Equal(257, new BpeEncoder(BpeTrainer.Train(["abcdefg"], 1_000)).Size);
}
