using CsCheck;
using ForensicKit.Contamination.Scanning;

namespace ForensicKit.Tests.Contamination.Scanning;

public sealed class SeedTests
{
    [Fact]
    public void The_table_of_pairs_says_what_a_dictionary_says() =>
        Gen.Select(Gen.Int[0, 60], Gen.Int[0, 60], Gen.Int[0, 30]).List[0, 400].Sample(triples =>
        {
            const int most = 5;
            var pairs = triples.Where(t => t.Item1 != t.Item2).Select(t => (Hash: PairTable.Hash(t.Item1, t.Item2), Item: t.Item3)).Distinct().Order().ToList();
            var table = PairTable.Of(pairs, 31, most);
            var expected = pairs.GroupBy(p => p.Hash).ToDictionary(g => g.Key, g => g.Select(p => p.Item).ToArray());
            for (var one = 0; one <= 60; one++)
            {
                for (var other = one + 1; other <= 60; other++)
                {
                    var hash = PairTable.Hash(other, one);
                    Assert.Equal(PairTable.Hash(one, other), hash);
                    var items = expected.GetValueOrDefault(hash, []);
                    var found = table.Find(hash, out var weight).ToArray();
                    if (items.Length is 0 or > most)
                    {
                        Assert.Empty(found);
                        continue;
                    }

                    Assert.Equal(items, found);
                    Assert.True(table.MayHave(hash));
                    Assert.Equal(Math.Log(31.0 / items.Length), weight, 1e-6);
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
