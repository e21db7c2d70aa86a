namespace ForensicKit.Statistics;

/// <summary>Dense symmetric positive definite systems.</summary>
internal static class Cholesky
{
    /// <summary>Solves A·x = b. Only the lower triangle of A is read; it is overwritten by its factor.</summary>
    /// <exception cref="ArgumentException">A is not positive definite.</exception>
    public static double[] Solve(double[][] lower, IReadOnlyList<double> right)
    {
        var n = lower.Length;
        for (var j = 0; j < n; j++)
        {
            for (var i = j; i < n; i++)
            {
                Span<double> a = lower[i].AsSpan(0, j), b = lower[j].AsSpan(0, j);
                var sum = lower[i][j];
                for (var k = 0; k < b.Length; k++)
                    sum -= a[k] * b[k];
                if (i > j)
                    lower[i][j] = sum / lower[j][j];
                else if (sum > 0)
                    lower[j][j] = Math.Sqrt(sum);
                else
                    throw new ArgumentException("The matrix is not positive definite.", nameof(lower));
            }
        }

        double[] x = [.. right];
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++)
                x[i] -= lower[i][k] * x[k];
            x[i] /= lower[i][i];
        }

        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++)
                x[i] -= lower[k][i] * x[k];
            x[i] /= lower[i][i];
        }

        return x;
    }
}
