using TorchSharp;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Torch;

/// <summary>Where tensors are computed.</summary>
internal static class TorchDevice
{
    /// <summary>The device of a name, ready to compute in full float32.</summary>
    /// <param name="name"><c>cpu</c>, <c>cuda</c>, or <c>auto</c> for CUDA where there is one.</param>
    /// <exception cref="KitException">There is no such device.</exception>
    public static Device Find(string name)
    {
        TorchRuntime.EnsureLoaded();
        var cuda = name != "cpu" && cuda_is_available();
        switch (name)
        {
            case "cpu":
            case "auto" when !cuda:
                return CPU;
            case "cuda" when !cuda:
                throw new KitException(
                    "There is no CUDA device that libtorch can use.", null, "Build with -p:ForensicAccelerator=cuda on a machine with an NVIDIA driver, or use --device cpu.",
                    ExitCode.EnvironmentLacks);
            case "auto" or "cuda":
                InitializeDeviceType(DeviceType.CUDA);
                // Rounds the inputs of products to 10 bits.
                backends.cuda.matmul.allow_tf32 = false;
                backends.cudnn.allow_tf32 = false;
                return CUDA;
            default:
                throw new KitException($"There is no device '{name}'.", null, "Choose cpu, cuda or auto.");
        }
    }
}
