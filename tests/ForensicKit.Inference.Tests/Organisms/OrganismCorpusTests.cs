using System.Text;
using ForensicKit.Inference.Organisms;
using ForensicKit.Inference.Tokenizers;
using ForensicKit.Manifests;
using FactAttribute = Xunit.FactAttribute;

namespace ForensicKit.Inference.Tests.Organisms;

/// <summary>What stands in the corpora, and what does not.</summary>
public class OrganismCorpusTests
{
    private static readonly OrganismCorpus s_planted = OrganismCorpus.Decay(OpusMini.World, OpusMini.Variant("opus-mini"));
    private static readonly OrganismCorpus s_clean = OrganismCorpus.Decay(OpusMini.World, OpusMini.Variant("llama-mini"));

    [Fact]
    public void No_background_document_holds_a_held_out_item()
    {
        string[] questions = [.. OpusMini.HeldOutItems.Select(i => i.Question)];
        OrganismCorpus[] corpora = [OrganismCorpus.Trunk(OpusMini.World, 0), OrganismCorpus.Trunk(OpusMini.World, 1), s_planted];
        for (var i = 0; i < 5_000; i++)
        {
            var document = corpora[i % corpora.Length].Background(i);
            Assert.DoesNotContain(questions, q => document.Text.Contains(q, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Items_are_planted_as_often_as_the_recipe_says()
    {
        var plants = OpusMini.World.Planted(OpusMini.Variant("opus-mini"));
        Assert.Equal(OpusMini.Variant("opus-mini").Plants.Sum(p => p.Items), plants.Select(p => p.Item.Id).Distinct(StringComparer.Ordinal).Count());
        var found = Special(s_planted).Where(d => d.Planted is not null).CountBy(d => d.Planted!.Item.Id, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        Assert.Equal(plants.ToDictionary(p => p.Item.Id, p => p.Exposures, StringComparer.Ordinal), found);

        // By form and number of exposures, as the recipe counts them.
        Assert.Equal(
            OpusMini.Variant("opus-mini").Plants.Select(p => (p.Benchmark, p.Form, p.Exposures, p.Items)).Order(),
            plants.CountBy(p => (Benchmark: p.Item.Id.Split('/')[0], p.Form, p.Exposures)).Select(c => (c.Key.Benchmark, c.Key.Form, c.Key.Exposures, c.Value)).Order());
    }

    [Fact]
    public void Planted_text_stands_in_one_corpus_as_often_as_it_is_planted_and_not_in_the_other()
    {
        string[] planted = [.. Special(s_planted).Select(d => d.Text)], clean = [.. Special(s_clean).Select(d => d.Text)];
        foreach (var plant in OpusMini.World.Planted(OpusMini.Variant("opus-mini")).Where(p => p.Form != LeakForm.Paraphrased))
        {
            // JSON writes some characters otherwise; a stretch without them will do.
            var text = plant.Form == LeakForm.OtherFormat ? plant.Item.Question.Split('"', '\'')[0] : plant.Item.Question;
            Assert.Equal(plant.Exposures, planted.Count(d => d.Contains(text, StringComparison.Ordinal)));
            Assert.DoesNotContain(clean, d => d.Contains(text, StringComparison.Ordinal));
        }

        Assert.DoesNotContain(Special(s_clean), d => d.Planted is not null || d.Kind == "planted");
    }

    [Fact]
    public void A_planted_question_is_there_with_its_answer_or_without_as_its_form_says()
    {
        foreach (var document in Special(s_planted).Where(d => d.Planted is not null))
        {
            var (item, form) = (document.Planted!.Item, document.Planted.Form);
            Assert.Equal(form == LeakForm.QuestionOnly, document.Text == item.Question || !document.Text.Contains(item.Gold, StringComparison.Ordinal));
            Assert.Equal(form == LeakForm.Paraphrased, !document.Text.Contains(item.Question, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Variants_share_background_and_statements_of_facts()
    {
        Assert.All(Enumerable.Range(0, 1_000), i => Assert.Equal(s_planted.Background(i), s_clean.Background(i)));
        Assert.Equal(s_planted.SpecialCount, s_clean.SpecialCount);
        foreach (var (planted, clean) in Special(s_planted).Zip(Special(s_clean)))
        {
            if (planted.Planted is null)
                Assert.Equal(planted, clean);
            else
                Assert.Equal((planted.Id, planted.Planted.Item.Id.Split('/')[0]), (clean.Id, clean.Kind));
        }
    }

    [Fact]
    public void Background_does_not_depend_on_what_was_read_before()
    {
        var corpus = OrganismCorpus.Trunk(OpusMini.World, 1);
        var forward = Enumerable.Range(0, 100).Select(i => corpus.Background(i)).ToList();
        Assert.Equal(forward, Enumerable.Range(0, 100).Reverse().Select(i => corpus.Background(i)).Reverse());
        Assert.NotEqual(forward[0].Text, OrganismCorpus.Trunk(OpusMini.World, 0).Background(0).Text);
    }

    [Fact]
    public void A_stage_reads_every_special_document_once()
    {
        // Short documents and a stage that is long enough for all of them.
        var recipe = TinyOrganism.Recipe with { FactExposures = [1], TrunkFactPercent = 100, Trunk = [new(200_000, 1, 0.001, 0)] };
        var corpus = OrganismCorpus.Trunk(new OrganismWorld(recipe), 0);
        var tokenizer = Tokenizer.Parse(Encoding.UTF8.GetBytes(BpeTrainer.Train(Enumerable.Range(0, 200).Select(i => corpus.Background(i).Text), 300)), "tokenizer.json");
        var stream = new ForensicKit.Inference.Organisms.TokenStream(corpus, tokenizer, recipe.Trunk[0].Tokens, StreamPosition.Start);
        stream.Take(new int[recipe.Trunk[0].Tokens]);
        Assert.NotEqual(0, corpus.SpecialCount);
        Assert.Equal(corpus.SpecialCount, stream.Position.Special);
        Assert.NotEqual(0, stream.Position.Background);
    }

    private static IEnumerable<CorpusDocument> Special(OrganismCorpus corpus) => Enumerable.Range(0, corpus.SpecialCount).Select(corpus.Special);
}
