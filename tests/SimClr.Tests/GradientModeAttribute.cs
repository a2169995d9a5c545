using System.Reflection;
using Xunit.v3;
using static TorchSharp.torch;

[assembly: SimClr.Tests.GradientMode]

namespace SimClr.Tests;

/// <summary>
/// Fails a test that leaves its thread without gradients: the mode belongs to the thread, and the next test that needs
/// gradients there would fail in its place.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class GradientModeAttribute : BeforeAfterTestAttribute
{
    /// <inheritdoc/>
    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (!is_grad_enabled())
        {
            set_grad_enabled(true);
            Assert.Fail($"{test.TestDisplayName} left gradients off on its thread");
        }
    }
}
