using ForensicKit.Statistics;

namespace ForensicKit.Sensitivity;

/// <summary>A fitted PromptEval model.</summary>
/// <param name="Theta">θ of each template: how well it works.</param>
/// <param name="Beta">β of each item: how hard it is; the last is 0 by convention.</param>
/// <param name="Objective">The penalised loss at the optimum.</param>
/// <param name="MaximumGradient">The largest component of its gradient: how near the optimum is.</param>
/// <param name="Probabilities">σ(θᵢ − βⱼ), template by item.</param>
/// <param name="Estimates">The observed response where one was observed, else the probability.</param>
/// <param name="TemplateScores">Mean estimate of each template.</param>
public sealed record PromptEvalFit(
    IReadOnlyList<double> Theta,
    IReadOnlyList<double> Beta,
    double Objective,
    double MaximumGradient,
    IReadOnlyList<IReadOnlyList<double>> Probabilities,
    IReadOnlyList<IReadOnlyList<double>> Estimates,
    IReadOnlyList<double> TemplateScores)
{
    /// <summary>A percentile of the templates' scores (numpy's linear rule).</summary>
    public double Percentile(double percent) => Statistics.Percentile.Of([.. TemplateScores], percent);
}

/// <summary>
/// PromptEval (Maia Polo et al. 2024, section 3): the distribution of scores over many prompt templates from a few responses to each, by a
/// Rasch model logit P(Y = 1) = θᵢ − βⱼ.
/// </summary>
/// <remarks>
/// Minimises ½(Σθ² + Σβ²) + C Σ log-loss over the observed cells; the last β is fixed at 0, there is no intercept. The penalty makes the
/// optimum unique and finite, also where all observed responses are equal (the published code flips one response there; this does not).
/// </remarks>
public static class PromptEval
{
    /// <summary>The published inverse penalty.</summary>
    public const double PublishedC = 100;

    private const int MaximumIterations = 500;

    /// <summary>Fits by Newton's method to machine precision.</summary>
    /// <param name="responses">Template by item: right, wrong, or null where not observed.</param>
    /// <param name="c">Inverse penalty, positive.</param>
    /// <param name="cancellationToken">Stops between iterations.</param>
    /// <exception cref="ArgumentException">No templates, no items, rows of unequal length, nothing observed, or C not positive.</exception>
    public static PromptEvalFit Fit(IReadOnlyList<IReadOnlyList<bool?>> responses, double c = PublishedC, CancellationToken cancellationToken = default)
    {
        if (responses.Count == 0)
            throw new ArgumentException("There are no templates.", nameof(responses));
        if (responses[0].Count == 0 || responses.Any(row => row.Count != responses[0].Count))
            throw new ArgumentException("Each template has one cell for each item, and there is at least one item.", nameof(responses));
        if (!responses.Any(row => row.Any(y => y is not null)))
            throw new ArgumentException("No response was observed.", nameof(responses));
        if (!(c > 0) || double.IsInfinity(c))
            throw new ArgumentOutOfRangeException(nameof(c), c, "C is positive and finite.");
        var state = RaschState.Start(responses, c);
        for (var iteration = 0; iteration < MaximumIterations; iteration++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (step, decrement) = state.NewtonStep();
            var next = state.Move(step, 1);
            if (decrement <= 1e-12 * (1 + state.Objective))
            {
                // The objective no longer tells steps apart. Polish while the gradient shrinks.
                if (next.MaximumGradient >= state.MaximumGradient)
                    return Result(state, responses);
                state = next;
                continue;
            }

            for (var length = 0.5; next.Objective > state.Objective - (1e-4 * 2 * length * decrement) && length > 1e-10; length /= 2)
                next = state.Move(step, length);
            state = next;
        }

        return Result(state, responses);
    }

    private static PromptEvalFit Result(RaschState state, IReadOnlyList<IReadOnlyList<bool?>> responses)
    {
        var probabilities = state.Probabilities();
        double[][] estimates =
        [
            .. responses.Select((row, i) => row.Select((y, j) => y is { } seen ? (seen ? 1.0 : 0.0) : probabilities[i][j]).ToArray()),
        ];
        return new PromptEvalFit(
            state.Theta, state.Beta, state.Objective, state.MaximumGradient, probabilities, estimates, [.. estimates.Select(Moments.Mean)]);
    }

    /// <summary>Parameters with the loss and its derivatives there.</summary>
    private sealed class RaschState
    {
        private readonly IReadOnlyList<IReadOnlyList<bool?>> _responses;
        private readonly double _c;
        private readonly double[] _thetaGradient;
        private readonly double[] _betaGradient;

        private RaschState(IReadOnlyList<IReadOnlyList<bool?>> responses, double c, double[] theta, double[] beta)
        {
            (_responses, _c, Theta, Beta) = (responses, c, theta, beta);
            _thetaGradient = [.. theta];
            _betaGradient = [.. beta];
            double loss = 0, penalty = theta.Sum(t => t * t) + beta.Sum(b => b * b);
            for (var i = 0; i < theta.Length; i++)
            {
                for (var j = 0; j < beta.Length; j++)
                {
                    if (responses[i][j] is not { } right)
                        continue;
                    // With the sign turned so that the response is right, the loss is ln(1 + e^−margin).
                    var margin = right ? theta[i] - beta[j] : beta[j] - theta[i];
                    var power = Math.Exp(-Math.Abs(margin));
                    loss += Math.Max(-margin, 0) + LogOnePlus(power);
                    var residual = margin >= 0 ? power / (1 + power) : 1 / (1 + power);
                    _thetaGradient[i] += right ? -c * residual : c * residual;
                    _betaGradient[j] += right ? c * residual : -c * residual;
                }
            }

            // The last item's β is no parameter.
            _betaGradient[^1] = 0;
            Objective = (penalty / 2) + (c * loss);
            MaximumGradient = Math.Max(_thetaGradient.Max(Math.Abs), _betaGradient.Max(Math.Abs));
        }

        public double[] Theta { get; }

        public double[] Beta { get; }

        public double Objective { get; }

        public double MaximumGradient { get; }

        public static RaschState Start(IReadOnlyList<IReadOnlyList<bool?>> responses, double c) =>
            new(responses, c, new double[responses.Count], new double[responses[0].Count]);

        public RaschState Move((double[] Theta, double[] Beta) step, double length) => new(
            _responses, _c, [.. Theta.Zip(step.Theta, (x, d) => x + (length * d))], [.. Beta.Zip(step.Beta, (x, d) => x + (length * d))]);

        public double[][] Probabilities() => [.. Theta.Select(t => Beta.Select(b => Sigmoid(t - b)).ToArray())];

        /// <summary>The Newton step and half its predicted decrease, with the items eliminated: the Hessian couples items only to templates.</summary>
        public ((double[] Theta, double[] Beta) Step, double Decrement) NewtonStep()
        {
            int n = Theta.Length, items = Beta.Length;
            var curvature = new double[n];
            var schur = new double[n][];
            var right = new double[n];
            for (var i = 0; i < n; i++)
            {
                schur[i] = new double[n];
                schur[i][i] = 1;
                right[i] = -_thetaGradient[i];
            }

            // Each item adds to the templates it was seen under; the last item, without parameter, adds to the diagonal only.
            var diagonals = new double[items];
            for (var j = 0; j < items; j++)
            {
                var diagonal = 1.0;
                for (var i = 0; i < n; i++)
                {
                    curvature[i] = Curvature(i, j);
                    diagonal += curvature[i];
                    schur[i][i] += curvature[i];
                }

                diagonals[j] = diagonal;
                if (j == items - 1)
                    break;
                for (var i = 0; i < n; i++)
                {
                    if (curvature[i] == 0)
                        continue;
                    right[i] -= curvature[i] * _betaGradient[j] / diagonal;
                    for (var k = 0; k <= i; k++)
                        schur[i][k] -= curvature[i] * curvature[k] / diagonal;
                }
            }

            var theta = Cholesky.Solve(schur, right);
            var beta = new double[items];
            for (var j = 0; j < items - 1; j++)
            {
                var sum = -_betaGradient[j];
                for (var i = 0; i < n; i++)
                    sum += Curvature(i, j) * theta[i];
                beta[j] = sum / diagonals[j];
            }

            var slope = theta.Zip(_thetaGradient, (d, g) => d * g).Sum() + beta.Zip(_betaGradient, (d, g) => d * g).Sum();
            return ((theta, beta), -slope / 2);
        }

        private double Curvature(int i, int j)
        {
            if (_responses[i][j] is null)
                return 0;
            var power = Math.Exp(-Math.Abs(Theta[i] - Beta[j]));
            return _c * power / ((1 + power) * (1 + power));
        }

        private static double Sigmoid(double z) => z >= 0 ? 1 / (1 + Math.Exp(-z)) : Math.Exp(z) / (1 + Math.Exp(z));

        private static double LogOnePlus(double x) => x < 1e-5 ? x - (x * x / 2) + (x * x * x / 3) : Math.Log(1 + x);
    }
}
