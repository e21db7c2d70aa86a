using CsCheck;
using ForensicKit.Corpora;

namespace ForensicKit.Tests.Corpora;

public sealed class CorpusPartTests
{
    [Theory]
    [InlineData("1/1", 1, 1)]
    [InlineData("3/12", 3, 12)]
    public void A_part_is_read(string text, int number, int of) => Assert.Equal(new(number, of), CorpusPart.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("0/3")]
    [InlineData("4/3")]
    [InlineData("-1/3")]
    [InlineData("1/3/5")]
    [InlineData(" 1/3")]
    [InlineData("1/99999999999")]
    public void What_is_no_part_is_not(string text) => Assert.Null(CorpusPart.Parse(text));

    [Fact]
    public void Every_shard_is_in_one_part_and_no_part_is_much_larger() =>
        Gen.Select(Gen.Long[0, 1000].Array[0, 40], Gen.Int[1, 9]).Sample((sizes, of) =>
        {
            var shards = sizes.Select((bytes, i) => new CorpusShard($"{i}", $"{i}", bytes)).ToList();
            var parts = Enumerable.Range(1, of).Select(number => new CorpusPart(number, of).Take(shards)).ToList();
            Assert.Equal(shards.Select(s => s.Name).Order(StringComparer.Ordinal), parts.SelectMany(p => p).Select(s => s.Name).Order(StringComparer.Ordinal));
            Assert.All(parts, part => Assert.Equal(part, part.OrderBy(shards.IndexOf)));
            // What comes last is what makes a part the largest.
            Assert.True(parts.Max(p => p.Sum(s => s.Bytes)) <= (sizes.Sum() / of) + sizes.DefaultIfEmpty().Max());
        }, iter: 300);
}
