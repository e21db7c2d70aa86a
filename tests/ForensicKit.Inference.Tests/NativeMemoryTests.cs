using ForensicKit.Inference.Decoders;
using ForensicKit.Inference.Tests.Decoders;
using ForensicKit.Models;
using ForensicKit.TestSupport;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Tests;

/// <summary>Counts the tensors of the process: no other test may make any meanwhile.</summary>
[CollectionDefinition(nameof(NativeMemoryTests), DisableParallelization = true)]
public sealed class NativeMemoryCollection;

/// <summary>The garbage collector does not see native memory: every tensor is disposed of where it is made.</summary>
[Collection(nameof(NativeMemoryTests))]
public sealed class NativeMemoryTests
{
    [Fact]
    public void A_forward_pass_leaves_no_tensors_behind()
    {
        foreach (var takeOver in (bool[])[false, true])
        {
            var weights = TransformerDecoderTests.Weights(TransformerDecoderTests.Small, ScalarType.Float32);
            using var decoder = takeOver ? TransformerDecoder.TakeOver(TransformerDecoderTests.Small, weights) : new TransformerDecoder(TransformerDecoderTests.Small, weights);
            using var ids = zeros(2, 5, ScalarType.Int64);
            void Work() => decoder.Forward(ids).Dispose();
            Work();
            var before = Count();
            Work();
            Assert.Equal(before, Tensor.TotalCount);
            GC.KeepAlive(weights);
        }
    }

    [Fact]
    public void What_is_taken_over_is_released()
    {
        var weights = TransformerDecoderTests.Weights(TransformerDecoderTests.Small, ScalarType.Float32);
        var broken = TransformerDecoderTests.Weights(TransformerDecoderTests.Small, ScalarType.Float32);
        broken.Remove("model.norm.weight", out var norm);
        norm!.Dispose();
        var before = Count();
        TransformerDecoder.TakeOver(TransformerDecoderTests.Small, weights).Dispose();
        Assert.Equal(before - weights.Count, Tensor.TotalCount);
        Assert.Throws<KitException>(() => TransformerDecoder.TakeOver(TransformerDecoderTests.Small, broken));
        Assert.Equal(before - weights.Count - broken.Count, Tensor.TotalCount);
    }

    [Fact]
    public async Task Scoring_and_generating_leave_no_tensors_behind()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Load(folder);
        async Task Work()
        {
            await foreach (var _ in model.ScoreAsync([.. Enumerable.Range(0, 40).Select(i => new ContinuationRequest(i, $"the same long context {i % 3}", $" x{i}y"))], default))
            {
            }

            await foreach (var _ in model.GenerateAsync([.. Enumerable.Range(0, 20).Select(i => new GenerationRequest(i, $"prompt {i % 6}", 1 + i, ["q"], new(1), i))], default))
            {
            }

            await foreach (var _ in model.StreamAsync(new(1, "x", 20, [], new(1)), default))
                break;
        }

        await Work();
        var before = Count();
        await Work();
        Assert.Equal(before, Tensor.TotalCount);
    }

    // Tensors that earlier tests left to the finalizer are gone first.
    private static long Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }
}
