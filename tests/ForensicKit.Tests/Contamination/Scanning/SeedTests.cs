using CsCheck;
using ForensicKit.Contamination.Scanning;

namespace ForensicKit.Tests.Contamination.Scanning;

public sealed class SeedTests
{
    [Fact]
    public void The_table_of_pairs_says_what_a_dictionary_says() =>
        Gen.Select(Gen.Int[0, 30], Gen.Int[0, 30], Gen.Int[0, 99]).List[0, 4000].Sample(triples =>
        {
            // The first few items are weak: their pairs are seeds even where many others have them.
            bool[] weak = [.. Enumerable.Range(0, 100).Select(i => i < 40)];
            var pairs = triples.Where(t => t.Item1 != t.Item2).Select(t => new ItemPair(PairTable.Hash(t.Item1, t.Item2), t.Item3, IsQuestion: true)).Distinct()
                .OrderBy(p => p.Hash).ThenBy(p => p.Item).ToList();
            var table = PairTable.Of(pairs, 100, weak);
            var expected = pairs.GroupBy(p => p.Hash).ToDictionary(g => g.Key, g => g.Select(p => p.Item).ToArray());
            for (var one = 0; one <= 30; one++)
            {
                for (var other = one + 1; other <= 30; other++)
                {
                    var hash = PairTable.Hash(other, one);
                    Assert.Equal(PairTable.Hash(one, other), hash);
                    var items = expected.GetValueOrDefault(hash, []);
                    var found = table.Find(hash, out var weight).ToArray();
                    var leads = items.Length <= PairTable.MostItems ? items : [.. items.Where(i => weak[i])];
                    if (leads.Length is 0 or > PairTable.MostItems || items.Length > PairTable.MostItemsOfWeak)
                    {
                        Assert.Empty(found);
                        continue;
                    }

                    Assert.Equal(leads, found);
                    Assert.True(table.MayHave(hash));
                    Assert.Equal(Math.Log(100.0 / items.Length), weight, 1e-6);
                }
            }
        }, iter: 300);

    [Fact]
    public void The_table_of_words_says_what_a_dictionary_says() =>
        Gen.ULong.List[0, 20_000].Sample(words =>
        {
            var hashes = words.ConvertAll(w => WordTable.Hash(w, 8));
            var table = new WordTable();
            var expected = new Dictionary<ulong, int>();
            foreach (var hash in hashes)
            {
                expected.TryAdd(hash, expected.Count);
                Assert.Equal(expected[hash], table.Add(hash));
            }

            Assert.All(expected, pair => Assert.Equal(pair.Value, table.Find(pair.Key)));
            Assert.Equal(expected.Count, table.Count);
        }, iter: 20);
}
