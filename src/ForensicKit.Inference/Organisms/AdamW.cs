using ForensicKit.Inference.Torch;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Organisms;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019, "Decoupled Weight Decay Regularization", algorithm 2) with clipping by the global norm; its moments
/// are kept with the state of the training. β = (0.9, 0.95), ε = 1e-8, decay 0.1 on matrices, clip 1.0.
/// </summary>
/// <remarks>All parameters are one tensor here: on a GPU a call costs the same for one number as for a million.</remarks>
internal sealed class AdamW : IDisposable
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.95;
    private const double Epsilon = 1e-8;
    private const double WeightDecay = 0.1;
    private const double Clip = 1.0;

    private readonly TrainingState _state;
    private readonly Tensor _ones;
    private readonly Tensor _isMatrix;

    /// <param name="state">What is trained; must not move to another device meanwhile.</param>
    public AdamW(TrainingState state)
    {
        _state = state;
        using var scope = NewDisposeScope();
        _ones = ones_like(state.Weights).DetachFromDisposeScope();
        _isMatrix = cat([.. state.Parameters.Select(p => (p.Value.dim() > 1 ? ones_like(p.Value, ScalarType.Bool) : zeros_like(p.Value, ScalarType.Bool)).view(-1))]).DetachFromDisposeScope();
    }

    /// <summary>One step with the gradients that are there; forgets them.</summary>
    /// <param name="step">1 for the first.</param>
    /// <param name="learningRate">The rate.</param>
    public void Step(long step, double learningRate)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var gradients = _state.Parameters.Select(p => p.Value.grad!).ToList();
        // Fetched at once: a device is waited for a single time.
        var squares = stack(gradients.Select(g => g.Squared().sum())).cpu();
        var norm = Math.Sqrt(squares.data<float>().Sum());
        var gradient = cat([.. gradients.Select(g => g.reshape(-1))]).Times(Math.Min(1, Clip / (norm + 1e-6)));
        foreach (var (_, value) in _state.Parameters)
            value.grad = null;

        var (weights, first, second) = (_state.Weights, _state.Means, _state.Squares);
        Scalars.With(Beta1, beta => first.mul_(beta));
        Scalars.With(1 - Beta1, weight => first.add_(gradient, weight));
        Scalars.With(Beta2, beta => second.mul_(beta));
        Scalars.With(1 - Beta2, weight => second.addcmul_(gradient, gradient, weight));
        weights.mul_(Scalars.With(1 - (learningRate * WeightDecay), decay => _ones.masked_fill(_isMatrix, decay)));
        var (correction1, correction2) = (1 - Math.Pow(Beta1, step), 1 - Math.Pow(Beta2, step));
        var denominator = second.Over(correction2).sqrt_().Plus(Epsilon);
        Scalars.With(-learningRate / correction1, rate => weights.addcdiv_(first, denominator, rate));
    }

    public void Dispose()
    {
        _ones.Dispose();
        _isMatrix.Dispose();
    }
}
