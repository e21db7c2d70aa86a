using System.Numerics;

namespace ForensicKit.Statistics;

/// <summary>What an answer that could not be read does in a majority vote.</summary>
public enum InvalidAnswers
{
    /// <summary>All of them together vote for one answer that is never right.</summary>
    VoteWrong,

    /// <summary>They are taken out before the vote; without any vote left the item is wrong.</summary>
    Dropped,
}

/// <summary>How often each answer was given to one item.</summary>
/// <param name="Correct">How often the right answer was given.</param>
/// <param name="Others">How often each other answer was given.</param>
/// <param name="Abstentions">Samples that are drawn but do not vote (dropped invalid answers).</param>
public sealed record AnswerCounts(int Correct, IReadOnlyList<int> Others, int Abstentions = 0)
{
    /// <summary>All samples.</summary>
    public long Samples => (long)Correct + Others.Sum(o => (long)o) + Abstentions;
}

/// <summary>The credit of one item in a majority vote over k samples whose ties are broken at random.</summary>
/// <param name="Expected">q: the chance to be right.</param>
/// <param name="SecondMoment">E[credit²] where a tie of t answers earns 1/t instead of being broken.</param>
public sealed record MajorityExpectation(Rational Expected, Rational SecondMoment)
{
    /// <summary>q(1−q): the variance of one run that breaks ties at random.</summary>
    public Rational VarianceOfOneRun => Expected * (Rational.One - Expected);

    /// <summary>E[credit²] − q²: the variance of one run that splits the credit of ties.</summary>
    public Rational VarianceOfSplitCredit => SecondMoment - (Expected * Expected);
}

/// <summary>maj@k of a benchmark, with the two sources of its variance.</summary>
/// <param name="PerItem">q of each item.</param>
/// <param name="Accuracy">Mean of q.</param>
/// <param name="DecodingVariance">Σq(1−q)/N²: from drawing k samples on these items.</param>
/// <param name="ItemVariance">Σ(q−q̄)²/((N−1)N): from drawing these items; null with one item.</param>
public sealed record MajorityBenchmark(IReadOnlyList<double> PerItem, double Accuracy, double DecodingVariance, double? ItemVariance)
{
    /// <summary>Variance of the accuracy of a single run.</summary>
    public double? SingleRunVariance => DecodingVariance + ItemVariance;

    /// <summary>Standard error of the expected accuracy.</summary>
    public double? StandardError => ItemVariance is { } v ? Math.Sqrt(v) : null;
}

/// <summary>
/// Exact maj@k from stored answers: the plurality among k samples drawn without replacement, over all draws. No sampling, no new generation.
/// </summary>
/// <remarks>
/// The multivariate hypergeometric distribution is summed as a product of polynomials in whole numbers: for each count v of the right answer
/// the other answers are at most v times among the k drawn, and t of them exactly v times. All results are exact fractions.
/// </remarks>
public static class MajorityVote
{
    /// <summary>The most samples per item.</summary>
    public const int MaximumSamples = 4096;

    /// <summary>Counts of stored answers; null is an answer that could not be read.</summary>
    /// <exception cref="ArgumentException">No answers, or too many.</exception>
    public static AnswerCounts Count(IReadOnlyList<string?> answers, string correct, InvalidAnswers invalid = InvalidAnswers.VoteWrong)
    {
        ArgumentNullException.ThrowIfNull(correct);
        var unread = answers.Count(a => a is null);
        var others = answers.Where(a => a is not null && a != correct).GroupBy(a => a, StringComparer.Ordinal).Select(g => g.Count()).ToList();
        if (unread > 0 && invalid == InvalidAnswers.VoteWrong)
            others.Add(unread);
        return new AnswerCounts(answers.Count(a => a == correct), others, invalid == InvalidAnswers.Dropped ? unread : 0);
    }

    /// <summary>The expected credit with ties broken evenly (equal in expectation to giving them to the answer seen first in random order).</summary>
    /// <param name="counts">How often each answer was given.</param>
    /// <param name="k">Samples that vote, 1 to the number of stored samples.</param>
    /// <param name="cancellationToken">Ends a long computation (hundreds of samples with many distinct answers).</param>
    /// <exception cref="ArgumentException">k lies outside its range, or a count is negative.</exception>
    public static MajorityExpectation Uniform(AnswerCounts counts, int k, CancellationToken cancellationToken = default)
    {
        CheckCounts(counts, k);
        Rational first = Rational.Zero, second = Rational.Zero;
        for (var v = 1; v <= Math.Min(k, counts.Correct); v++)
        {
            var rest = k - v;
            // ways[total, ties]: how many ways to draw that many other samples with so many answers level with the right one.
            var ways = new BigInteger[rest + 1, (rest / v) + 1];
            for (var u = 0; u <= Math.Min(rest, counts.Abstentions); u++)
                ways[u, 0] = Choose(counts.Abstentions, u);
            foreach (var other in counts.Others.Where(o => o > 0))
            {
                cancellationToken.ThrowIfCancellationRequested();
                ways = Add(ways, other, v);
            }

            var chooseCorrect = Choose(counts.Correct, v);
            for (var ties = 0; ties <= rest / v; ties++)
            {
                var number = chooseCorrect * ways[rest, ties];
                first += new Rational(number, ties + 1);
                second += new Rational(number, (ties + 1) * (ties + 1));
            }
        }

        Rational draws = new(Choose((int)counts.Samples, k), 1);
        return new MajorityExpectation(first / draws, second / draws);
    }

    /// <summary>
    /// The chance to be right where the k samples keep their stored order and a tie goes to the answer seen first, over all subsets of size k.
    /// </summary>
    /// <exception cref="ArgumentException">k lies outside 1…answers.</exception>
    public static Rational StoredOrder(
        IReadOnlyList<string?> answers, string correct, int k, InvalidAnswers invalid = InvalidAnswers.VoteWrong, CancellationToken cancellationToken = default)
    {
        var counts = Count(answers, correct, invalid);
        CheckCounts(counts, k);
        var wins = BigInteger.Zero;
        for (var position = 0; position < answers.Count; position++)
        {
            if (answers[position] != correct)
                continue;
            // This is the first right answer drawn: later ones are free, and rivals level with them must all lie behind it.
            var later = answers.Skip(position + 1).ToList();
            var correctLater = later.Count(a => a == correct);
            var rivals = answers.Where(a => a != correct && (a is not null || invalid == InvalidAnswers.VoteWrong)).Distinct(StringComparer.Ordinal)
                .Select(rival => (All: answers.Count(a => a == rival), Behind: later.Count(a => a == rival))).ToList();
            for (var v = 1; v <= Math.Min(k, correctLater + 1); v++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var ways = new BigInteger[k - v + 1];
                for (var u = 0; u < ways.Length; u++)
                    ways[u] = Choose(counts.Abstentions, u);
                foreach (var (all, behind) in rivals)
                {
                    var weights = Enumerable.Range(0, Math.Min(v, all) + 1).Select(u => u < v ? Choose(all, u) : Choose(behind, u)).ToArray();
                    ways = Multiply(ways, weights);
                }

                wins += Choose(correctLater, v - 1) * ways[k - v];
            }
        }

        return new Rational(wins, Choose(answers.Count, k));
    }

    /// <summary>Whether the first k stored answers get it right; a tie goes to the answer seen first (lm-eval's maj@k).</summary>
    /// <exception cref="ArgumentException">k lies outside 1…answers.</exception>
    public static bool FirstStored(IReadOnlyList<string?> answers, string correct, int k, InvalidAnswers invalid = InvalidAnswers.VoteWrong)
    {
        CheckCounts(Count(answers, correct, invalid), k);
        var votes = answers.Take(k).Where(a => a is not null || invalid == InvalidAnswers.VoteWrong).ToList();
        // GroupBy keeps the order of first appearance and MaxBy takes the first of equals.
        return votes.Count > 0 && votes.GroupBy(a => a, StringComparer.Ordinal).MaxBy(g => g.Count())!.Key == correct;
    }

    /// <summary>Expected maj@k of a benchmark, ties broken evenly.</summary>
    /// <exception cref="ArgumentException">There is no item, or k is more than the samples of one.</exception>
    public static MajorityBenchmark Benchmark(IReadOnlyList<AnswerCounts> items, int k, CancellationToken cancellationToken = default)
    {
        if (items.Count == 0)
            throw new ArgumentException("There are no items.", nameof(items));
        // Many items share their pattern of counts (all samples agree, all but one, …).
        var known = new Dictionary<string, Rational>(StringComparer.Ordinal);
        var expected = new List<Rational>(items.Count);
        foreach (var item in items)
        {
            var pattern = FormattableString.Invariant($"{item.Correct}:{item.Abstentions}:{string.Join(',', item.Others.Where(o => o != 0).Order())}");
            if (!known.TryGetValue(pattern, out var q))
                known[pattern] = q = Uniform(item, k, cancellationToken).Expected;
            expected.Add(q);
        }

        DoubleDouble[] exact = [.. expected.Select(q => (DoubleDouble)q.ToDouble())];
        DoubleDouble n = exact.Length, mean = SampleMoments.Mean(exact);
        var decoding = SampleMoments.Sum(exact.Select(q => q * (1 - q))) / (n * n);
        var between = SampleMoments.SquaresAbout(exact, mean);
        return new MajorityBenchmark([.. exact.Select(q => q.Hi)], mean.Hi, decoding.Hi, exact.Length == 1 ? null : (between / ((n - 1) * n)).Hi);
    }

    private static BigInteger[,] Add(BigInteger[,] ways, int other, int v)
    {
        int totals = ways.GetLength(0), ties = ways.GetLength(1);
        var next = new BigInteger[totals, ties];
        for (var u = 0; u <= Math.Min(other, Math.Min(v, totals - 1)); u++)
        {
            var choose = Choose(other, u);
            var level = u == v ? 1 : 0;
            for (var total = u; total < totals; total++)
            {
                for (var tie = level; tie < ties; tie++)
                {
                    if (!ways[total - u, tie - level].IsZero)
                        next[total, tie] += choose * ways[total - u, tie - level];
                }
            }
        }

        return next;
    }

    private static BigInteger[] Multiply(BigInteger[] ways, BigInteger[] weights)
    {
        var next = new BigInteger[ways.Length];
        for (var total = 0; total < next.Length; total++)
        {
            for (var u = 0; u <= Math.Min(total, weights.Length - 1); u++)
                next[total] += weights[u] * ways[total - u];
        }

        return next;
    }

    private static BigInteger Choose(int n, int k)
    {
        if (k < 0 || k > n)
            return BigInteger.Zero;
        var result = BigInteger.One;
        for (var i = 1; i <= Math.Min(k, n - k); i++)
            result = result * (n - i + 1) / i;
        return result;
    }

    private static void CheckCounts(AnswerCounts counts, int k)
    {
        if (counts.Correct < 0 || counts.Abstentions < 0 || counts.Others.Any(o => o < 0))
            throw new ArgumentException("A count of answers is negative.", nameof(counts));
        if (counts.Samples > MaximumSamples)
            throw new ArgumentException("An item has at most 4,096 samples.", nameof(counts));
        if (k < 1 || k > counts.Samples)
            throw new ArgumentOutOfRangeException(nameof(k), k, "k lies between 1 and the number of stored samples.");
    }
}
