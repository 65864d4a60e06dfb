using System.CommandLine;
using System.Runtime.CompilerServices;
using FedPG.Core.Options;
using TorchSharp;

namespace FedPG.Cli.Common;

/// <summary>From the word on the command line to a torch device.</summary>
internal static class Devices
{
    /// <summary><c>--device cpu|cuda</c>.</summary>
    public static Option<string> Option(string description)
    {
        var device = new Option<string>("--device") { Description = description, HelpName = "cpu|cuda", DefaultValueFactory = _ => "cpu" };
        device.AcceptOnlyFromAmong("cpu", "cuda");
        return device;
    }

    /// <summary>The device, checked to be usable.</summary>
    /// <exception cref="InvalidInputException">CUDA was asked for and is not there; says what is missing.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static torch.Device Resolve(string name)
    {
        if (name == "cpu") return torch.CPU;
        bool bundle = Directory.EnumerateFiles(AppContext.BaseDirectory, "*torch_cuda*").Any();
        if (!bundle)
        {
            throw new InvalidInputException(new ValidationError("--device", "", name,
                "this build holds the CPU backend only; build with -p:TorchBackend=cuda (as in: dotnet run -c Release --project src/Cli "
                    + "-p:TorchBackend=cuda -- ...)"));
        }
        if (!torch.cuda.is_available())
            throw new InvalidInputException(new ValidationError("--device", "", name,
                "torch finds no usable CUDA device: an NVIDIA GPU and its driver are needed"));
        return torch.CUDA;
    }
}
