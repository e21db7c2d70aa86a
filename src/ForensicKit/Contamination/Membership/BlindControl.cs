using System.Globalization;
using ForensicKit.Statistics;

namespace ForensicKit.Contamination.Membership;

/// <summary>
/// Whether two sets can be told apart without any model (Duan et al. 2024; Das et al. 2024, where a bag of words beats every attack): a classifier
/// that reads the items alone. Where it succeeds, no comparison of the sets says anything about a model.
/// </summary>
/// <param name="Members">Members read.</param>
/// <param name="NonMembers">Non-members read.</param>
/// <param name="Area">
/// Area under the curve of naive Bayes over words, pairs of words, punctuation and length, each item scored by a classifier that four fifths of the
/// others trained; pairs of the same subject.
/// </param>
/// <param name="Interval">Its 95% interval.</param>
/// <param name="ExpectedArea">Mean area over exchanges: below one half, since an item's own class is rarer among those that trained its classifier.</param>
/// <param name="P">One-sided; the classifiers are trained again for every exchange of labels within subjects.</param>
/// <param name="LengthArea">The same area for the length in characters.</param>
/// <param name="LengthP">Two-sided.</param>
/// <param name="Permutations">Exchanges of labels.</param>
public sealed record BlindControl(int Members, int NonMembers, double Area, Interval Interval, double ExpectedArea, Probability P, double LengthArea, Probability LengthP, int Permutations)
{
    /// <summary>Sets whose interval reaches so far above what exchanged labels give (taken as one half) are too small to rule separation out.</summary>
    public const double LargestArea = 0.65;

    private const int Folds = 5;
    private const int Buckets = 1 << 16;
    private const double Alpha = 0.05;

    /// <summary>The smaller of both p-values, times two.</summary>
    public Probability Both => Probability.Min(P, LengthP).TimesCapped(2);

    /// <summary>Why the sets cannot be compared; null where nothing speaks against it.</summary>
    public string? Objection
    {
        get
        {
            var told = string.Create(CultureInfo.InvariantCulture, $"AUC {Area:0.000} (95% {Interval.Lower:0.000} to {Interval.Upper:0.000}; {ExpectedArea:0.000} with exchanged labels; p {P}) by words, {LengthArea:0.000} (p {LengthP}) by length");
            return Both.Value < Alpha ? $"Members and non-members can be told apart without any model: {told}. What separates them then is not that the model saw one of them."
                : Interval.Upper + 0.5 - ExpectedArea > LargestArea ? $"The sets are too small to rule out that they differ without any model: {told}." : null;
        }
    }

    /// <summary>Trains and scores.</summary>
    /// <param name="members">Items under suspicion.</param>
    /// <param name="nonMembers">Items that cannot have been trained on.</param>
    /// <param name="random">Draws folds and exchanges.</param>
    /// <param name="permutations">Exchanges.</param>
    /// <param name="cancellationToken">Stops between exchanges.</param>
    /// <exception cref="KitException">Too few items, or no subject that is in both sets.</exception>
    public static BlindControl Run(IReadOnlyList<MembershipItem> members, IReadOnlyList<MembershipItem> nonMembers, PythonRandom random, int permutations, CancellationToken cancellationToken)
    {
        MembershipItem[] items = [.. members, .. nonMembers];
        bool[] labels = [.. items.Select((_, i) => i < members.Count)];
        var length = SetComparison.Of(Lengths(members), Lengths(nonMembers), random, permutations, cancellationToken);
        var shorter = SetComparison.Of(Negated(members), Negated(nonMembers), random, permutations, cancellationToken);
        var texts = new WordFeatures(items);
        int[][] strata = [.. Enumerable.Range(0, items.Length).GroupBy(i => items[i].Subject, StringComparer.Ordinal).Select(g => g.ToArray())];
        var folds = FoldsOf(strata, random, items.Length);
        var scores = texts.Scores(labels, folds);
        var words = SetComparison.Of(
            [.. members.Select((m, i) => (scores[i], m.Subject))], [.. nonMembers.Select((m, i) => (scores[members.Count + i], m.Subject))], random, 1, cancellationToken);
        var observed = RankSum(scores, labels, strata);
        var (reached, sums) = (0, 0.0);
        for (var k = 0; k < permutations; k++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var exchanged = Exchanged(labels, strata, random);
            var sum = RankSum(texts.Scores(exchanged, folds), exchanged, strata);
            reached += sum >= observed ? 1 : 0;
            sums += sum;
        }

        // Doubled ranks of members move the area by one over twice the pairs that are compared.
        var pairs = strata.Sum(s => (double)s.Count(i => labels[i]) * s.Count(i => !labels[i]));

        return new(
            members.Count, nonMembers.Count, words.Area, words.Interval, words.Area + (((sums / permutations) - observed) / (2 * pairs)), Probability.FromValue((1.0 + reached) / (permutations + 1.0)), length.Area,
            Probability.Min(length.P, shorter.P).TimesCapped(2), permutations);

        static (double, string)[] Lengths(IReadOnlyList<MembershipItem> of) => [.. of.Select(m => ((double)m.Everything.Length, m.Subject))];
        static (double, string)[] Negated(IReadOnlyList<MembershipItem> of) => [.. of.Select(m => (-(double)m.Everything.Length, m.Subject))];
    }

    private static int[] FoldsOf(int[][] strata, PythonRandom random, int count)
    {
        var (folds, next) = (new int[count], 0);
        foreach (var stratum in strata)
        {
            var order = stratum.ToArray();
            random.Shuffle(order);
            foreach (var i in order)
                folds[i] = next++ % Folds;
        }

        return folds;
    }

    private static bool[] Exchanged(bool[] labels, int[][] strata, PythonRandom random)
    {
        var exchanged = new bool[labels.Length];
        foreach (var stratum in strata)
        {
            bool[] drawn = [.. stratum.Select(i => labels[i])];
            random.Shuffle(drawn);
            for (var k = 0; k < stratum.Length; k++)
                exchanged[stratum[k]] = drawn[k];
        }

        return exchanged;
    }

    // The statistic of an exchange: the members' ranks in their subject, which order exchanges as the area does.
    private static long RankSum(double[] scores, bool[] labels, int[][] strata)
    {
        long sum = 0;
        foreach (var stratum in strata)
        {
            var ranks = SetComparison.DoubledRanks([.. stratum.Select(i => scores[i])]);
            for (var k = 0; k < stratum.Length; k++)
                sum += labels[stratum[k]] ? ranks[k] : 0;
        }

        return sum;
    }

    /// <summary>What is written in each item, as numbers of features that at least two items have.</summary>
    private sealed class WordFeatures
    {
        private readonly int[][] _features;
        private readonly int _count;
        private readonly double[] _logarithms;

        public WordFeatures(MembershipItem[] items)
        {
            var all = items.Select(i => Read(i.Everything)).ToList();
            var counts = new int[Buckets];
            foreach (var feature in all.SelectMany(f => f))
                counts[feature]++;
            var numbers = new int[Buckets];
            for (var bucket = 0; bucket < Buckets; bucket++)
                numbers[bucket] = counts[bucket] > 1 ? _count++ : -1;
            _features = [.. all.Select(f => f.Select(b => numbers[b]).Where(n => n >= 0).ToArray())];
            _logarithms = [.. Enumerable.Range(0, items.Length + 1).Select(c => Math.Log(c + 0.5))];
        }

        /// <summary>Each item's log-odds by naive Bayes that was trained on the other folds.</summary>
        public double[] Scores(bool[] labels, int[] folds)
        {
            var scores = new double[labels.Length];
            var (total, inFold) = (new int[2, _count], new int[Folds, 2, _count]);
            var sizes = new int[Folds, 2];
            for (var i = 0; i < labels.Length; i++)
            {
                var label = labels[i] ? 1 : 0;
                sizes[folds[i], label]++;
                foreach (var feature in _features[i])
                {
                    total[label, feature]++;
                    inFold[folds[i], label, feature]++;
                }
            }

            var (all, with) = (labels.Length, labels.Count(l => l));
            for (var i = 0; i < labels.Length; i++)
            {
                var fold = folds[i];
                var prior = Math.Log(all - with - sizes[fold, 0] + 1.0) - Math.Log(with - sizes[fold, 1] + 1.0);
                foreach (var feature in _features[i])
                    scores[i] += prior + _logarithms[total[1, feature] - inFold[fold, 1, feature]] - _logarithms[total[0, feature] - inFold[fold, 0, feature]];
            }

            return scores;
        }

        private static HashSet<int> Read(string text)
        {
            var features = new HashSet<int> { Bucket(string.Create(CultureInfo.InvariantCulture, $"#{LengthStep(text.Length)}")) };
            var before = "^";
            foreach (var word in Words.Of(text))
            {
                features.Add(Bucket(word));
                features.Add(Bucket(before + " " + word));
                before = word;
            }

            foreach (var c in text)
            {
                if (!char.IsLetterOrDigit(c) && c != ' ')
                    features.Add(Bucket("." + c));
            }

            return features;
        }

        // Lengths in steps of about a fifth.
        private static int LengthStep(int length) => (int)(4 * Math.Log2(length + 1));

        // FNV-1a: the same on every machine and in every run.
        private static int Bucket(string feature)
        {
            var hash = 2166136261u;
            foreach (var c in feature)
                hash = unchecked((hash ^ c) * 16777619u);
            return (int)((hash ^ (hash >> 16)) & (Buckets - 1));
        }
    }
}
