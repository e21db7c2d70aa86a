using System.Numerics;

namespace ForensicKit.Statistics;

/// <summary>
/// The order in which <c>numpy.argsort</c> leaves equal numbers: neither stable nor random, so that a published program that sorts by a score
/// with ties can be repeated.
/// </summary>
/// <remarks>
/// numpy 2 sorts up to 256 doubles on x86-64 with AVX2 or AVX-512 by a bitonic network (Batcher 1968, with all comparators ascending) that never
/// exchanges equal numbers. Beyond 256 numbers, on other processors or with older versions its order of equal numbers differs.
/// </remarks>
public static class NumpyOrder
{
    private const int SmallestNetwork = 8;

    /// <summary>The indices that sort <paramref name="keys"/> ascending.</summary>
    /// <exception cref="ArgumentException">A key is NaN.</exception>
    public static int[] Argsort(IReadOnlyList<double> keys)
    {
        if (keys.Any(double.IsNaN))
            throw new ArgumentException("A key is not a number.", nameof(keys));
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(SmallestNetwork, keys.Count));
        // Places beyond the keys are filled with infinity, which never moves down.
        int[] order = [.. Enumerable.Range(0, size)];
        for (var block = 2; block <= size; block *= 2)
        {
            for (var start = 0; start < size; start += block)
            {
                for (var i = 0; i < block / 2; i++)
                    Compare(start + i, start + block - 1 - i);
            }

            for (var distance = block / 4; distance >= 1; distance /= 2)
            {
                for (var i = 0; i < size; i++)
                {
                    if ((i & distance) == 0)
                        Compare(i, i + distance);
                }
            }
        }

        // Infinite keys could end behind the filling.
        return [.. order.Where(i => i < keys.Count)];

        void Compare(int low, int high)
        {
            if (Key(order[high]) < Key(order[low]))
                (order[low], order[high]) = (order[high], order[low]);
        }

        double Key(int index) => index < keys.Count ? keys[index] : double.PositiveInfinity;
    }
}
