using System.Globalization;
using System.Numerics;

namespace ForensicKit.Statistics;

/// <summary>A run of consecutive counts, ends included; empty where <see cref="Last"/> lies below <see cref="First"/>.</summary>
/// <param name="First">The smallest count.</param>
/// <param name="Last">The largest count.</param>
public readonly record struct CountRange(long First, long Last)
{
    /// <summary>Whether it holds no count.</summary>
    public bool IsEmpty => Last < First;

    /// <summary>How many counts it holds.</summary>
    public long Count => IsEmpty ? 0 : Last - First + 1;

    /// <summary>The counts one by one.</summary>
    public IEnumerable<long> Values
    {
        get
        {
            for (var count = First; count <= Last; count++)
                yield return count;
        }
    }
}

/// <summary>A score that is possible, with the count that gives it.</summary>
/// <param name="Count">Correct answers.</param>
/// <param name="Printed">The score as it would be printed, with the claim's number of decimals (half up).</param>
public sealed record AttainableScore(long Count, string Printed);

/// <summary>What a printed score says about the count behind it.</summary>
/// <param name="Claim">The score as printed.</param>
/// <param name="Decimals">Digits after the point.</param>
/// <param name="Trials">Items times samples per item: the denominator.</param>
/// <param name="HalfUp">Counts that print as the claim when ties round up.</param>
/// <param name="HalfEven">Counts that print as the claim when ties round to the even digit.</param>
/// <param name="Truncated">Counts that print as the claim when further digits are dropped.</param>
/// <param name="Below">The largest count that prints below the claim; null where none does.</param>
/// <param name="Above">The smallest count that prints above the claim; null where none does.</param>
public sealed record GrimResult(
    string Claim, int Decimals, long Trials, CountRange HalfUp, CountRange HalfEven, CountRange Truncated, AttainableScore? Below, AttainableScore? Above)
{
    /// <summary>Whether rounding to the nearest, in either treatment of ties, gives the claim.</summary>
    public bool Possible => !HalfUp.IsEmpty || !HalfEven.IsEmpty;

    /// <summary>Whether only dropping digits gives the claim.</summary>
    public bool PossibleOnlyByTruncation => !Possible && !Truncated.IsEmpty;
}

/// <summary>
/// The GRIM test (granularity-related inconsistency of means; Brown and Heathers 2017): n items can give only some percentages.
/// </summary>
/// <remarks>
/// All arithmetic is exact: the rational 100x/n is rounded, never its double. <c>scale</c> is 100 for percentages and 1 for fractions
/// such as 0.650.
/// </remarks>
public static class Grim
{
    /// <summary>The most decimals a claim may have.</summary>
    public const int MaximumDecimals = 12;

    /// <summary>How many printed values with <paramref name="decimals"/> decimals are attainable, whichever way they are rounded.</summary>
    /// <remarks>
    /// With fewer trials than printable steps all counts print differently (they lie more than one step apart), with more every printable
    /// value has a count (at least one per step), so the number is min(trials, scale·10^decimals) + 1 under each rounding.
    /// </remarks>
    public static long AttainableValues(long trials, int decimals, int scale = 100)
    {
        CheckTrials(trials);
        return Math.Min(trials, PrintableValues(decimals, scale) - 1) + 1;
    }

    /// <summary>How many values from 0 to <paramref name="scale"/> can be printed with that many decimals.</summary>
    public static long PrintableValues(int decimals, int scale = 100)
    {
        if (decimals is < 0 or > MaximumDecimals)
            throw new ArgumentOutOfRangeException(nameof(decimals), decimals, "A printed score has 0 to 12 decimals.");
        if (scale is < 1 or > 1000)
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "The scale is 100 for percentages, 1 for fractions.");
        return (scale * (long)BigInteger.Pow(10, decimals)) + 1;
    }

    /// <summary>Tests a printed score.</summary>
    /// <param name="claim">The score as printed; its decimals count, so <c>65.0</c> and <c>65</c> are different claims.</param>
    /// <param name="items">Items of the benchmark.</param>
    /// <param name="samplesPerItem">Answers scored per item (k of an average over k).</param>
    /// <param name="scale">100 for percentages, 1 for fractions.</param>
    /// <exception cref="ArgumentException">The claim is not a plain decimal number from 0 to the scale, or there are no items.</exception>
    public static GrimResult Check(string claim, long items, long samplesPerItem = 1, int scale = 100)
    {
        if (items < 1)
            throw new ArgumentOutOfRangeException(nameof(items), items, "A benchmark has at least one item.");
        if (samplesPerItem < 1 || samplesPerItem > long.MaxValue / items)
            throw new ArgumentOutOfRangeException(nameof(samplesPerItem), samplesPerItem, "There is at least one sample per item, and below 2^63 in all.");
        var trials = items * samplesPerItem;
        var (value, decimals) = Parse(claim, scale);
        BigInteger steps = PrintableValues(decimals, scale) - 1;

        // A count x prints as the value c where 100·10^d·x/n lies within half a step of it. All ends are in counts, times 2·steps.
        var low = ((2 * value) - 1) * trials;
        var high = ((2 * value) + 1) * trials;
        var halfUp = Between(Ceiling(low, 2 * steps), Ceiling(high, 2 * steps) - 1, trials);
        var halfEven = value.IsEven
            ? Between(Ceiling(low, 2 * steps), Floor(high, 2 * steps), trials)
            : Between(Floor(low, 2 * steps) + 1, Ceiling(high, 2 * steps) - 1, trials);
        var truncated = Between(Ceiling(value * trials, steps), Ceiling((value + 1) * trials, steps) - 1, trials);
        return new GrimResult(
            claim, decimals, trials, halfUp, halfEven, truncated,
            Printed(Ceiling(low, 2 * steps) - 1, trials, decimals, steps), Printed(Ceiling(high, 2 * steps), trials, decimals, steps));
    }

    /// <summary>The score of pooled items: 100·Σcorrect/Σitems.</summary>
    public static Rational Micro(IReadOnlyList<long> correct, IReadOnlyList<long> items, int scale = 100)
    {
        CheckSubsets(correct, items);
        return new Rational(scale * Sum(correct), Sum(items));
    }

    /// <summary>The unweighted mean of the subsets' scores.</summary>
    public static Rational Macro(IReadOnlyList<long> correct, IReadOnlyList<long> items, int scale = 100)
    {
        CheckSubsets(correct, items);
        var sum = Rational.Zero;
        for (var i = 0; i < items.Count; i++)
            sum += new Rational(scale * (BigInteger)correct[i], items[i]);
        return sum / items.Count;
    }

    /// <summary>Reads a printed score as a whole number of its last digit, with the number of decimals.</summary>
    /// <exception cref="ArgumentException">It is not digits with at most one point, or not in 0…scale.</exception>
    internal static (BigInteger Value, int Decimals) Parse(string claim, int scale)
    {
        ArgumentNullException.ThrowIfNull(claim);
        var point = claim.IndexOf('.', StringComparison.Ordinal);
        var decimals = point < 0 ? 0 : claim.Length - point - 1;
        var digits = point < 0 ? claim : claim.Remove(point, 1);
        if (claim.Length > 40 || point == 0 || (point > 0 && decimals == 0) || digits.Length == 0 || !digits.All(char.IsAsciiDigit))
            throw new ArgumentException("The claim is not a plain decimal number such as 65.0.", nameof(claim));
        var value = BigInteger.Parse(digits, CultureInfo.InvariantCulture);
        if (value >= PrintableValues(decimals, scale))
            throw new ArgumentOutOfRangeException(nameof(claim), claim, $"The claim lies outside 0…{scale.ToString(CultureInfo.InvariantCulture)}.");
        return (value, decimals);
    }

    internal static BigInteger Ceiling(BigInteger numerator, BigInteger denominator) => -Floor(-numerator, denominator);

    internal static BigInteger Floor(BigInteger numerator, BigInteger denominator)
    {
        var quotient = BigInteger.DivRem(numerator, denominator, out var rest);
        return rest.Sign < 0 ? quotient - 1 : quotient;
    }

    private static AttainableScore? Printed(BigInteger count, long trials, int decimals, BigInteger steps) => count < 0 || count > trials
        ? null
        : new AttainableScore((long)count, Rational.Fixed(new Rational(steps * count, trials).Round(Rounding.HalfUp), decimals));

    private static CountRange Between(BigInteger first, BigInteger last, long trials)
    {
        first = BigInteger.Max(first, 0);
        last = BigInteger.Min(last, trials);
        return first > last ? new CountRange(0, -1) : new CountRange((long)first, (long)last);
    }

    private static void CheckTrials(long trials)
    {
        if (trials < 1)
            throw new ArgumentOutOfRangeException(nameof(trials), trials, "A benchmark has at least one item.");
    }

    private static void CheckSubsets(IReadOnlyList<long> correct, IReadOnlyList<long> items)
    {
        if (items.Count == 0 || correct.Count != items.Count)
            throw new ArgumentException("There is one count for each subset, and at least one subset.", nameof(correct));
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] < 1 || correct[i] < 0 || correct[i] > items[i])
                throw new ArgumentException("A subset has at least one item and no more correct answers than items.", nameof(correct));
        }
    }

    private static BigInteger Sum(IReadOnlyList<long> values) => values.Aggregate(BigInteger.Zero, (sum, value) => sum + value);
}
