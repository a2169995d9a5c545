using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Layers;

/// <summary>
/// A scope in which a module computes without gradients, with fixed batch-norm statistics and, on CUDA, with unrounded
/// float32 products. Disposing it restores the previous state.
/// </summary>
public sealed class InferenceMode : IDisposable
{
    private readonly nn.Module module;
    private readonly (nn.Module Part, bool Training)[] before;
    private readonly IDisposable gradients;
    private readonly bool rounded;

    /// <summary>Switches a module and its parts to inference.</summary>
    /// <param name="module">The module, which only one thread may use until this object is disposed.</param>
    public InferenceMode(nn.Module module)
    {
        this.module = module;
        before = [.. module.modules().Prepend(module).Select(part => (part, part.training))];
        module.eval();
        gradients = no_grad();
        rounded = ComputeDevice.IsCuda(Device) && Float32Products.Rounded;
        if (rounded)
        {
            Float32Products.Rounded = false;
        }
    }

    /// <summary>The device of the module's weights.</summary>
    public string Device => module.parameters().FirstOrDefault() is { } weight ? weight.device.ToString() : "cpu";

    /// <summary>Restores the mode of the module and of each part.</summary>
    public void Dispose()
    {
        gradients.Dispose();
        if (rounded)
        {
            Float32Products.Rounded = true;
        }

        // From the outside in: setting a module also sets its children, and a child may have been frozen on its own.
        foreach ((nn.Module part, bool training) in before)
        {
            part.train(training);
        }
    }
}
