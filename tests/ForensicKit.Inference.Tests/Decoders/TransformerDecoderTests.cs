using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Decoders;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Tests.Decoders;

public sealed class TransformerDecoderTests
{
    internal static readonly DecoderConfig Small = new(50, 16, 24, 2, 4, 2, 6, 32) { AttentionBias = true, OutputBias = true, MlpBias = true };

    [Theory]
    [MemberData(nameof(ArchitectureFixtures.LlamaFolders), MemberType = typeof(ArchitectureFixtures))]
    public void Logits_agree_with_the_reference_implementation(string name)
    {
        var folder = ArchitectureFixtures.Folder(name);
        using var checkpoint = Checkpoint.Open(folder);
        using var expected = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        using var scope = NewDisposeScope();
        using var none = no_grad();
        using var decoder = new TransformerDecoder(checkpoint.Config, checkpoint.ReadWeights(CPU));
        foreach (var (label, ids, _) in ArchitectureFixtures.Cases(folder))
        {
            var hidden = decoder.Hidden(tensor(ids).unsqueeze(0));
            Assert.InRange(Difference(hidden[0], expected.Read(label + ".hidden_last")), 0, ArchitectureFixtures.Tolerance);
            Assert.InRange(Difference(decoder.Logits(hidden)[0], expected.Read(label + ".logits")), 0, ArchitectureFixtures.Tolerance);
        }
    }

    [Fact]
    public void Gradients_agree_with_finite_differences()
    {
        using var scope = NewDisposeScope();
        var weights = Weights(Small, ScalarType.Float64);
        using var decoder = new TransformerDecoder(Small, weights);
        var ids = tensor(new long[] { 1, 7, 3, 9, 4, 4, 0, 49 }).view(2, 4);
        double Loss()
        {
            using var none = no_grad();
            return decoder.Forward(ids).square().mean().item<double>();
        }

        decoder.Forward(ids).square().mean().backward();
        foreach (var (name, weight) in weights)
        {
            var gradient = weight.grad ?? throw new InvalidOperationException($"{name} has no gradient.");
            var flat = weight.detach().view(-1);
            var place = gradient.abs().view(-1).argmax().item<long>();
            var value = flat[place].item<double>();
            const double Step = 1e-4;
            flat[place] = value + Step;
            var above = Loss();
            flat[place] = value - Step;
            var below = Loss();
            flat[place] = value;
            // The rotary table is float32: differences of the loss are exact to about 1e-7 of it.
            Assert.Equal((above - below) / (2 * Step), gradient.view(-1)[place].item<double>(), 1e-5);
        }
    }

    [Fact]
    public void What_is_left_of_the_padding_does_not_see_it()
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        using var decoder = new TransformerDecoder(Small, Weights(Small, ScalarType.Float32));
        var alone = decoder.Forward(tensor(new long[] { 5, 6, 7 }).unsqueeze(0));
        var padded = decoder.Forward(tensor(new long[] { 5, 6, 7, 0, 0, 8, 9, 10, 11, 12 }).view(2, 5));
        Assert.InRange(Difference(alone[0], padded[0].narrow(0, 0, 3)), 0, 1e-5);
    }

    [Fact]
    public void A_missing_weight_and_a_wrong_shape_are_named()
    {
        using var scope = NewDisposeScope();
        var weights = Weights(Small, ScalarType.Float32);
        var without = weights.Where(w => w.Key != "model.norm.weight").ToDictionary(w => w.Key, w => w.Value, StringComparer.Ordinal);
        Assert.Contains("'model.norm.weight'", Assert.Throws<KitException>(() => new TransformerDecoder(Small, without)).Message, StringComparison.Ordinal);
        without["model.norm.weight"] = zeros(3);
        Assert.Contains("[3] instead of [16]", Assert.Throws<KitException>(() => new TransformerDecoder(Small, without)).Message, StringComparison.Ordinal);
    }

    internal static Dictionary<string, Tensor> Weights(DecoderConfig config, ScalarType type)
    {
        ForensicKit.Inference.Torch.TorchRuntime.EnsureLoaded();
        using var generator = new Generator(1);
        return TransformerDecoder.WeightShapes(config).ToDictionary(
            w => w.Name, w => (randn(w.Shape, generator: generator, dtype: type) * 0.3).requires_grad_(), StringComparer.Ordinal);
    }

    private static double Difference(Tensor a, Tensor b) => (a - b).abs().max().item<float>();
}
