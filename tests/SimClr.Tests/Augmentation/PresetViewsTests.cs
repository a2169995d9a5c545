using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using SimClr.Augmentation;
using SimClr.Configuration;
using SimClr.Data;

namespace SimClr.Tests.Augmentation;

/// <summary>
/// The bytes of the presets' views, as they were before views had lists of operations: new operations and keys must not
/// change runs that do not use them.
/// </summary>
public sealed class PresetViewsTests
{
    private static readonly long[] Seeds = [0, 1, 42];

    [Theory]
    [InlineData("cifar10", "5e5a2e4fe6e2b8e5")]
    [InlineData("demo", "27e9b05f68667a5c")]
    [InlineData("photos", "a0003b31b0279122")]
    public void Views_of_a_preset_keep_their_bytes(string preset, string expected)
    {
        Assert.SkipUnless(Fma.IsSupported, "the bits differ on processors without fused multiply-add");
        ViewOptions options = Presets.Load(preset).Views;

        // All fast kernels give the same bits (ViewKernelsTests), and the plain ones the same views within rounding.
        Assert.Equal(expected, Hash(options, "portable"));
    }

    [Fact]
    public void Presets_that_share_their_views_are_pinned_by_one_of_them()
    {
        Assert.Equal(Presets.Load("cifar10").Views, Presets.Load("cifar10-small").Views);
        Assert.Equal(Presets.Load("imagenet").Views, Presets.Load("photos").Views);
        Assert.Equal(["cifar10", "cifar10-small", "demo", "imagenet", "photos"], Presets.Names);
    }

    private static string Hash(ViewOptions options, string kernels)
    {
        var renderer = new ViewRenderer(options, kernels);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        float[] pixels = new float[3 * options.Size * options.Size];
        ushort[] halves = new ushort[pixels.Length];
        foreach (long seed in Seeds)
        {
            for (int sample = 0; sample < 6; sample++)
            {
                RgbImage image = RandomImages.Noise(40 + (7 * sample), 60 - (5 * sample), sample);
                for (int view = 0; view < 2; view++)
                {
                    ViewParameters draws = ViewParameters.Draw(
                        options, image.Width, image.Height, seed, sample / 3, sample, view);
                    renderer.Render(image, draws, pixels);
                    hash.AppendData(MemoryMarshal.AsBytes<float>(pixels));
                    renderer.RenderBFloat16(image, draws, halves);
                    hash.AppendData(MemoryMarshal.AsBytes<ushort>(halves));
                }
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
