using System.Collections.Frozen;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>How ggml stores the elements of a tensor: blocks of some elements in some bytes.</summary>
/// <param name="Name">ggml's name, for example <c>Q4_K</c>.</param>
/// <param name="Elements">Elements in a block; a row holds whole blocks.</param>
/// <param name="Bytes">Bytes of a block.</param>
/// <param name="Conversion">Turns whole blocks into float32; null where the type is known but cannot be read.</param>
internal sealed record GgufTensorType(string Name, int Elements, int Bytes, BlockConversion? Conversion = null)
{
    // ggml.h, enum ggml_type, and the sizes that ggml-base reports for each.
    private static readonly FrozenDictionary<uint, GgufTensorType> s_types = new Dictionary<uint, GgufTensorType>
    {
        [0] = new("F32", 1, 4, FloatConversion.FromFloat32),
        [1] = new("F16", 1, 2, FloatConversion.FromFloat16),
        [2] = new("Q4_0", 32, 18, GgufDequantization.Q4_0),
        [3] = new("Q4_1", 32, 20, GgufDequantization.Q4_1),
        [6] = new("Q5_0", 32, 22, GgufDequantization.Q5_0),
        [7] = new("Q5_1", 32, 24, GgufDequantization.Q5_1),
        [8] = new("Q8_0", 32, 34, GgufDequantization.Q8_0),
        [9] = new("Q8_1", 32, 36),
        [10] = new("Q2_K", 256, 84, GgufKDequantization.Q2_K),
        [11] = new("Q3_K", 256, 110, GgufKDequantization.Q3_K),
        [12] = new("Q4_K", 256, 144, GgufKDequantization.Q4_K),
        [13] = new("Q5_K", 256, 176, GgufKDequantization.Q5_K),
        [14] = new("Q6_K", 256, 210, GgufKDequantization.Q6_K),
        [15] = new("Q8_K", 256, 292, GgufKDequantization.Q8_K),
        [16] = new("IQ2_XXS", 256, 66),
        [17] = new("IQ2_XS", 256, 74),
        [18] = new("IQ3_XXS", 256, 98),
        [19] = new("IQ1_S", 256, 50),
        [20] = new("IQ4_NL", 32, 18),
        [21] = new("IQ3_S", 256, 110),
        [22] = new("IQ2_S", 256, 82),
        [23] = new("IQ4_XS", 256, 136),
        [24] = new("I8", 1, 1),
        [25] = new("I16", 1, 2),
        [26] = new("I32", 1, 4),
        [27] = new("I64", 1, 8),
        [28] = new("F64", 1, 8, FloatConversion.FromFloat64),
        [29] = new("IQ1_M", 256, 56),
        [30] = new("BF16", 1, 2, FloatConversion.FromBFloat16),
        [34] = new("TQ1_0", 256, 54),
        [35] = new("TQ2_0", 256, 66),
        [39] = new("MXFP4", 32, 17),
        [40] = new("NVFP4", 64, 36),
        [41] = new("Q1_0", 128, 18),
    }.ToFrozenDictionary();

    // Numbers that ggml once gave and took back.
    private static readonly FrozenDictionary<uint, string> s_removed = new Dictionary<uint, string>
    {
        [4] = "Q4_2",
        [5] = "Q4_3",
        [31] = "Q4_0_4_4",
        [32] = "Q4_0_4_8",
        [33] = "Q4_0_8_8",
        [36] = "IQ4_NL_4_4",
        [37] = "IQ4_NL_4_8",
        [38] = "IQ4_NL_8_8",
    }.ToFrozenDictionary();

    /// <summary>Names of the types that can be read, in the order of ggml's numbers.</summary>
    public static IEnumerable<string> Readable => s_types.OrderBy(type => type.Key).Where(type => type.Value.Conversion is not null).Select(type => type.Value.Name);

    /// <summary>The type of a number; null where ggml has none.</summary>
    public static GgufTensorType? Find(uint number) => s_types.GetValueOrDefault(number);

    /// <summary>The name of a type that ggml no longer has; null where it never had one of that number.</summary>
    public static string? Removed(uint number) => s_removed.GetValueOrDefault(number);
}
