using System.Runtime.InteropServices;

namespace ForensicKit.Statistics;

/// <summary>What a sequential test says so far.</summary>
public enum SequentialDecision
{
    /// <summary>Not decided: take another observation.</summary>
    Continue,

    /// <summary>H0 is accepted.</summary>
    AcceptNull,

    /// <summary>H0 is rejected in favour of H1.</summary>
    RejectNull,
}

/// <summary>How a sequential test behaves at a true rate.</summary>
/// <param name="RejectNull">Chance to reject H0.</param>
/// <param name="AcceptNull">Chance to accept H0.</param>
/// <param name="ExpectedObservations">E[N], the mean number of observations until the decision.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SequentialOperatingCharacteristic(double RejectNull, double AcceptNull, double ExpectedObservations);

/// <summary>
/// Wald's sequential probability ratio test of a Bernoulli rate, H0: p = p0 against H1: p = p1 (Wald 1945): reject H0 where the log
/// likelihood ratio reaches ln((1−β)/α), accept it where it falls to ln(β/(1−α)).
/// </summary>
/// <remarks>The observations must come in random order: a benchmark sorted by subject has to be shuffled first.</remarks>
public sealed class SequentialTest
{
    private const double NegligibleMass = 1e-15;

    private readonly DoubleDouble _success;
    private readonly DoubleDouble _failure;
    private readonly double _alpha;
    private readonly double _beta;

    /// <param name="p0">Rate under H0, strictly between 0 and 1.</param>
    /// <param name="p1">Rate under H1, strictly between 0 and 1 and not p0.</param>
    /// <param name="alpha">Chance to reject a true H0 (nominal), strictly between 0 and 1.</param>
    /// <param name="beta">Chance to accept H0 where H1 is true (nominal); α + β &lt; 1.</param>
    /// <exception cref="ArgumentException">A number lies outside its range.</exception>
    public SequentialTest(double p0, double p1, double alpha, double beta)
    {
        if (!(p0 > 0 && p0 < 1))
            throw new ArgumentOutOfRangeException(nameof(p0), p0, "p0 lies strictly between 0 and 1.");
        if (!(p1 > 0 && p1 < 1))
            throw new ArgumentOutOfRangeException(nameof(p1), p1, "p1 lies strictly between 0 and 1.");
        if (p0 == p1)
            throw new ArgumentException("p0 and p1 differ.", nameof(p1));
        if (!(alpha > 0 && beta > 0 && alpha + beta < 1))
            throw new ArgumentException("α and β are positive and add up to less than 1.", nameof(alpha));
        (P0, P1, _alpha, _beta) = (p0, p1, alpha, beta);
        _success = DoubleDouble.Log((DoubleDouble)p1 / p0);
        _failure = DoubleDouble.Log((1 - (DoubleDouble)p1) / (1 - (DoubleDouble)p0));
        LogUpper = DoubleDouble.Log((1 - (DoubleDouble)beta) / alpha).Hi;
        LogLower = DoubleDouble.Log(beta / (1 - (DoubleDouble)alpha)).Hi;
    }

    /// <summary>Rate under H0.</summary>
    public double P0 { get; }

    /// <summary>Rate under H1.</summary>
    public double P1 { get; }

    /// <summary>ln((1−β)/α): at or above it H0 is rejected.</summary>
    public double LogUpper { get; }

    /// <summary>ln(β/(1−α)): at or below it H0 is accepted.</summary>
    public double LogLower { get; }

    /// <summary>What a success adds to the log likelihood ratio: ln(p1/p0).</summary>
    public double SuccessIncrement => _success.Hi;

    /// <summary>What a failure adds: ln((1−p1)/(1−p0)).</summary>
    public double FailureIncrement => _failure.Hi;

    /// <summary>The log likelihood ratio of H1 to H0 after so many successes and failures.</summary>
    public double LogLikelihoodRatio(long successes, long failures) =>
        ((_success * DoubleDouble.FromInteger(successes)) + (_failure * DoubleDouble.FromInteger(failures))).Hi;

    /// <summary>What these counts say, boundaries included.</summary>
    public SequentialDecision Decide(long successes, long failures) => LogLikelihoodRatio(successes, failures) switch
    {
        var ratio when ratio >= LogUpper => SequentialDecision.RejectNull,
        var ratio when ratio <= LogLower => SequentialDecision.AcceptNull,
        _ => SequentialDecision.Continue,
    };

    /// <summary>Runs the test on outcomes in the order observed, until it decides.</summary>
    /// <returns>The decision and the number of outcomes it took; null where it stays open.</returns>
    public (SequentialDecision Decision, long? After) Run(IEnumerable<bool> outcomes)
    {
        long successes = 0, n = 0;
        foreach (var outcome in outcomes)
        {
            n++;
            successes += outcome ? 1 : 0;
            if (Decide(successes, n - successes) is var decision and not SequentialDecision.Continue)
                return (decision, n);
        }

        return (SequentialDecision.Continue, null);
    }

    /// <summary>The exact error rates and E[N] at a true rate, by forward recursion over the number of successes.</summary>
    /// <param name="rate">The true rate, 0 to 1.</param>
    /// <param name="cancellationToken">Ends the recursion: it takes long where p0 and p1 are close.</param>
    /// <remarks>
    /// Ends where less than 1e-15 of the probability is undecided. Time grows with the cube of 1/|p0 − p1|: under a second at 0.01, a thousand
    /// times that at 0.001.
    /// </remarks>
    /// <exception cref="ArgumentException">The rate lies outside 0…1.</exception>
    public SequentialOperatingCharacteristic Exact(double rate, CancellationToken cancellationToken = default)
    {
        if (!(rate >= 0 && rate <= 1))
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "A rate lies between 0 and 1.");
        // open[i]: probability of being undecided with first + i successes. Undecided counts are consecutive, as the ratio is monotone in them.
        var open = new List<double> { 1 };
        long first = 0;
        double reject = 0, accept = 0, expected = 0, mass = 1;
        for (long n = 1; mass >= NegligibleMass; n++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            expected += mass;
            open.Add(0);
            for (var i = open.Count - 1; i >= 0; i--)
                open[i] = (open[i] * (1 - rate)) + (i > 0 ? open[i - 1] * rate : 0);
            while (open.Count > 0 && Absorbed(first + open.Count - 1, n, open[^1]))
                open.RemoveAt(open.Count - 1);
            var skip = 0;
            while (skip < open.Count && Absorbed(first + skip, n, open[skip]))
                skip++;
            open.RemoveRange(0, skip);
            first += skip;
            mass = open.Sum();
        }

        return new SequentialOperatingCharacteristic(reject, accept, expected);

        bool Absorbed(long successes, long n, double probability)
        {
            switch (Decide(successes, n - successes))
            {
                case SequentialDecision.RejectNull:
                    reject += probability;
                    return true;
                case SequentialDecision.AcceptNull:
                    accept += probability;
                    return true;
                default:
                    return false;
            }
        }
    }

    /// <summary>Wald's approximation of E[N] under H0, which neglects that the boundaries are overshot.</summary>
    public double WaldExpectedUnderNull => WaldExpected(_alpha, P0);

    /// <summary>Wald's approximation of E[N] under H1.</summary>
    public double WaldExpectedUnderAlternative => WaldExpected(1 - (DoubleDouble)_beta, P1);

    private double WaldExpected(DoubleDouble reject, double rate)
    {
        DoubleDouble p = rate;
        var drift = (p * _success) + ((1 - p) * _failure);
        return (((reject * LogUpper) + ((1 - reject) * LogLower)) / drift).Hi;
    }
}
