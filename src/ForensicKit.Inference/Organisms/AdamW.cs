using ForensicKit.Inference.Torch;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Organisms;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019, "Decoupled Weight Decay Regularization", algorithm 2) with clipping by the global norm; its moments
/// are at hand, so that they can be kept with a checkpoint. β = (0.9, 0.95), ε = 1e-8, decay 0.1 on matrices, clip 1.0.
/// </summary>
internal sealed class AdamW(IReadOnlyList<(string Name, Tensor Value)> parameters, IReadOnlyDictionary<string, Tensor> moments)
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.95;
    private const double Epsilon = 1e-8;
    private const double WeightDecay = 0.1;
    private const double Clip = 1.0;

    /// <summary>Name of the mean of gradients of a parameter, and of the mean of their squares.</summary>
    public static (string First, string Second) MomentsOf(string name) => ("mean." + name, "square." + name);

    /// <summary>One step with the gradients that are there; clears them.</summary>
    /// <param name="step">1 for the first.</param>
    /// <param name="learningRate">The rate.</param>
    public void Step(long step, double learningRate)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        // Fetched at once: a device is waited for a single time.
        var squares = stack(parameters.Select(p => p.Value.grad!.Squared().sum())).cpu();
        var norm = Math.Sqrt(squares.data<float>().Sum());
        var scale = Math.Min(1, Clip / (norm + 1e-6));
        var (correction1, correction2) = (1 - Math.Pow(Beta1, step), 1 - Math.Pow(Beta2, step));
        foreach (var (name, value) in parameters)
        {
            var (firstName, secondName) = MomentsOf(name);
            var (first, second) = (moments[firstName], moments[secondName]);
            var gradient = value.grad!.Times(scale);
            Scalars.With(Beta1, beta => first.mul_(beta));
            Scalars.With(1 - Beta1, weight => first.add_(gradient, weight));
            Scalars.With(Beta2, beta => second.mul_(beta));
            Scalars.With(1 - Beta2, weight => second.addcmul_(gradient, gradient, weight));
            if (value.dim() > 1)
                Scalars.With(1 - (learningRate * WeightDecay), decay => value.mul_(decay));
            var denominator = second.Over(correction2).sqrt_().Plus(Epsilon);
            Scalars.With(-learningRate / correction1, rate => value.addcdiv_(first, denominator, rate));
            value.grad!.zero_();
        }
    }
}
