using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>While it lives, a module computes without gradients and with its batch-norm statistics fixed; then it is as before.</summary>
internal sealed class InferenceMode : IDisposable
{
    private readonly nn.Module module;
    private readonly bool training;
    private readonly IDisposable gradients;

    public InferenceMode(nn.Module module)
    {
        this.module = module;
        training = module.training;
        module.eval();
        gradients = no_grad();
    }

    /// <summary>Where the module's weights are.</summary>
    public string Device => module.parameters().FirstOrDefault() is { } weight ? weight.device.ToString() : "cpu";

    public void Dispose()
    {
        gradients.Dispose();
        module.train(training);
    }
}
