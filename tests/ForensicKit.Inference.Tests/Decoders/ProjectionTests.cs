using ForensicKit.Inference.Decoders;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Tests.Decoders;

public sealed class ProjectionTests
{
    [Theory]
    [InlineData(1, 300, 576)]
    [InlineData(3, 5, 70)]
    [InlineData(4, 1, 1)]
    [InlineData(9, 40, 100)]
    public void Weights_of_8_bits_multiply_as_the_numbers_they_stand_for(int tokens, int outputs, int inputs)
    {
        ForensicKit.Inference.Torch.TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var none = no_grad();
        using var generator = new Generator(1);
        var (weight, bias) = (randn([outputs, inputs], generator: generator), randn([outputs], generator: generator));
        var x = randn([tokens, inputs], generator: generator);
        // What the format stands for, from its definition.
        var scale = weight.abs().amax([1], keepdim: true) / 127;
        var meant = (weight / scale).round() * scale;
        using var projection = Projection.TakeOver([(weight.DetachFromDisposeScope(), bias.DetachFromDisposeScope())], WeightPrecision.Int8);
        var expected = nn.functional.linear(x, meant, bias);
        Assert.InRange((projection.Apply(x) - expected).abs().max().item<float>(), 0, 1e-5 * Math.Sqrt(inputs) * 10);
        Assert.Equal([1, tokens, outputs], projection.Apply(x.unsqueeze(0)).shape);
    }

    [Theory]
    [InlineData(WeightPrecision.Int8, 0.05)]
    [InlineData(WeightPrecision.BFloat16, 0.05)]
    public void Coarser_weights_give_nearly_the_same_logits(WeightPrecision precision, double most)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        Dictionary<string, Tensor> Weights() => TransformerDecoderTests.Weights(TransformerDecoderTests.Small, ScalarType.Float32).ToDictionary(w => w.Key, w => w.Value.detach(), StringComparer.Ordinal);
        using var exact = TransformerDecoder.TakeOver(TransformerDecoderTests.Small, Weights());
        using var coarse = TransformerDecoder.TakeOver(TransformerDecoderTests.Small, Weights(), precision);
        var ids = tensor(new long[] { 1, 7, 3, 9, 4, 4, 0, 49 }).view(2, 4);
        var difference = (exact.Forward(ids) - coarse.Forward(ids)).abs().max().item<float>() / exact.Forward(ids).std().item<float>();
        Assert.InRange(difference, 1e-6, most);
    }
}
