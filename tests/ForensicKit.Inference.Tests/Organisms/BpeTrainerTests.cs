using System.Text;
using System.Text.Json;
using ForensicKit.Inference.Organisms;
using ForensicKit.Inference.Tokenizers;
using FactAttribute = Xunit.FactAttribute;

namespace ForensicKit.Inference.Tests.Organisms;

public class BpeTrainerTests
{
    private static readonly string[] s_documents = [.. Enumerable.Range(0, 2_000).Select(i => OrganismCorpus.Trunk(OpusMini.World, 0).Background(i).Text)];
    private static readonly string s_json = BpeTrainer.Train(s_documents, 600);
    private static readonly Tokenizer s_tokenizer = Parse(s_json);

    [Fact]
    public void The_written_tokenizer_gives_the_ids_of_the_training()
    {
        Assert.Equal(599, s_tokenizer.MaxId);
        Assert.Equal(0, s_tokenizer.IdOf(BpeTrainer.EndOfText));
        var merges = Merges(s_json);
        string[] odd = ["", " ", "naïve café, 12 ½ € 3.50", "\n\n  two  spaces\tand a tab \n", "don't we'll I'm", "日本語 text", "x=1;y=[2, 33]"];
        foreach (var document in s_documents.Take(500).Concat(odd))
        {
            int[] ids = [.. BpeTrainer.PreTokens(document).SelectMany(word => Merged(word, merges)).Select(symbol => s_tokenizer.IdOf(symbol)!.Value)];
            Assert.Equal(ids, s_tokenizer.EncodeIds(document));
            Assert.Equal(document, s_tokenizer.Decode(ids));
        }
    }

    [Fact]
    public void Every_digit_is_a_token()
    {
        Assert.Equal(6, s_tokenizer.EncodeIds("123456").Length);
        Assert.Equal(s_tokenizer.EncodeIds("7").Single(), s_tokenizer.EncodeIds("77").Last());
    }

    [Fact]
    public void Merges_make_text_shorter() =>
        Assert.InRange((double)s_documents.Take(100).Sum(d => s_tokenizer.EncodeIds(d).Length) / s_documents.Take(100).Sum(d => d.Length), 0.2, 0.6);

    [Fact]
    public void The_same_documents_give_the_same_bytes_in_any_order()
    {
        Assert.Equal(s_json, BpeTrainer.Train(s_documents, 600));
        Assert.Equal(s_json, BpeTrainer.Train(s_documents.Reverse(), 600));
    }

    [Fact]
    public void Where_no_pair_comes_twice_there_are_no_more_tokens() => Assert.Equal(256, Parse(BpeTrainer.Train(["abcdefg"], 1_000)).MaxId);

    private static Tokenizer Parse(string json) => Tokenizer.Parse(Encoding.UTF8.GetBytes(json), "tokenizer.json");

    private static Dictionary<(string, string), int> Merges(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("model").GetProperty("merges").EnumerateArray()
            .Select((merge, rank) => (Pair: (merge[0].GetString()!, merge[1].GetString()!), rank)).ToDictionary(m => m.Pair, m => m.rank);
    }

    // As the definition says: the pair of lowest rank, the leftmost among equals, until there is none.
    private static List<string> Merged(string word, Dictionary<(string, string), int> merges)
    {
        var symbols = word.Select(c => c.ToString()).ToList();
        while (true)
        {
            var best = Enumerable.Range(0, symbols.Count - 1).Where(i => merges.ContainsKey((symbols[i], symbols[i + 1]))).OrderBy(i => merges[(symbols[i], symbols[i + 1])]).FirstOrDefault(-1);
            if (best < 0)
                return symbols;
            symbols[best] += symbols[best + 1];
            symbols.RemoveAt(best + 1);
        }
    }
}
