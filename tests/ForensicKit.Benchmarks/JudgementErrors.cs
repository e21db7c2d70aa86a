using System.Globalization;
using ForensicKit.Tests.Judgement;

namespace ForensicKit.Benchmarks;

/// <summary>How often verdicts speak against made-up claimants, honest and not.</summary>
internal static class JudgementErrors
{
    /// <summary>Prints the shares by kind, number of items and true rate.</summary>
    /// <param name="claimants">Claimants of each row.</param>
    public static void Run(int claimants)
    {
        foreach (var (kind, lie) in new[] { (ClaimantKind.TrueRate, 0.0), (ClaimantKind.SameItems, 0.0), (ClaimantKind.OtherItems, 0.0), (ClaimantKind.TrueRate, 5.0), (ClaimantKind.SameItems, 5.0) })
        {
            var all = new List<double>();
            foreach (var n in MadeUpClaimants.Sizes)
            {
                var shares = MadeUpClaimants.Rates.Select((rate, i) => MadeUpClaimants.AdverseShare((uint)(100 + i), kind, n, rate, claimants, lie)).ToList();
                all.AddRange(shares);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind}, {lie} points too high, n = {n}: {string.Join(" / ", shares.Select(s => (100 * s).ToString("F2", CultureInfo.InvariantCulture)))} %"));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind}, {lie} points too high, all: {100 * all.Average():F2} % of {claimants * all.Count}"));
        }
    }
}
