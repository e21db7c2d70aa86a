using TorchSharp;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Torch;

/// <summary>Arithmetic of tensors with numbers.</summary>
/// <remarks>
/// TorchSharp 0.107 gives libtorch the address of a <see cref="Scalar"/> and forgets the object. One that is made in passing, by a
/// conversion or by <c>a + b</c> (which adds one times b), may be freed by the garbage collector on another thread while libtorch reads
/// it: an error at best, another number at worst. Here every scalar outlives the call that reads it; <c>BannedSymbols.txt</c> keeps the
/// other ways out of the project.
/// </remarks>
internal static class Scalars
{
#pragma warning disable RS0030 // The one place where scalars are made.
    private static readonly Scalar s_one = 1d.ToScalar();

    /// <summary>What comes of an operation with a number.</summary>
    public static Tensor With(double value, Func<Scalar, Tensor> operation)
    {
        using var scalar = value.ToScalar();
        return operation(scalar);
    }
#pragma warning restore RS0030

    /// <summary>x + y.</summary>
    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, s_one);

    /// <summary>x + y in the place of x.</summary>
    public static Tensor PlusInPlace(this Tensor x, Tensor y) => x.add_(y, s_one);

    /// <summary>x + y·z, element by element.</summary>
    public static Tensor PlusProduct(this Tensor x, Tensor y, Tensor z) => x.addcmul(y, z, s_one);

    /// <summary>x[indices[i]] += rows[i] along the first dimension, in the place of x.</summary>
    public static void AddRowsInPlace(this Tensor x, Tensor indices, Tensor rows) => x.index_add_(0, indices, rows, s_one);

    /// <summary>x + value.</summary>
    public static Tensor Plus(this Tensor x, double value) => With(value, v => x.add(v, s_one));

    /// <summary>x · value.</summary>
    public static Tensor Times(this Tensor x, double value) => With(value, v => x.mul(v));

    /// <summary>x², element by element. <c>Tensor.square</c> makes its exponent in passing.</summary>
    public static Tensor Squared(this Tensor x) => With(2, x.pow);

    /// <summary>x / value.</summary>
    public static Tensor Over(this Tensor x, double value) => With(value, v => x.div(v));
}
