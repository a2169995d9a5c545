using SimClr.Augmentation;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Tests.Augmentation;

/// <summary>The draws of lists of operations, and the views they give.</summary>
public sealed class OperationDrawsTests
{
    private const int Draws = 5_000;

    private static readonly OperationList All = [.. Enum.GetValues<ViewOperation>()];

    private static readonly ViewOptions Options = new() { Size = 20, Operations = All };

    [Fact]
    public void Every_operation_is_as_frequent_as_its_probability()
    {
        FurtherDraws[] draws = [.. Many(Options with { CutoutProbability = 0.7 }).Select(d => d.Further)];
        Share(0.7, draws.Count(d => d.Cutout.Width > 0));
        Share(0.5, draws.Count(d => d.NoiseSigma > 0));
        Share(0.5, draws.Count(d => d.Sobel));
        Share(0.5, draws.Count(d => d.Equalize));
        Share(0.2, draws.Count(d => d.Solarize));
        Share(0.5, draws.Count(d => d.MotionAngle is not null));
        for (int turns = 0; turns < 4; turns++)
        {
            Share(0.25, draws.Count(d => d.QuarterTurns == turns));
        }

        float[] angles = [.. draws.Where(d => d.MotionAngle is not null).Select(d => d.MotionAngle!.Value)];
        RandomResizedCropTests.AssertUniform([.. angles.Select(a => (double)a)], 0, Math.PI);
        RandomResizedCropTests.AssertUniform(
            [.. draws.Where(d => d.NoiseSigma > 0).Select(d => (double)d.NoiseSigma)], 0, 0.2);
        Assert.Equal(draws.Count(d => d.NoiseSigma > 0), draws.Select(d => d.NoiseSeed).Distinct().Count() - 1);
        Assert.Contains(draws, d => d.Cutout is { Top: 0, Left: 0 });
        Assert.Contains(draws, d => d.Cutout is { Width: 10, Height: 10 });
        static void Share(double expected, int count) => RandomResizedCropTests.AssertShare(expected, count, Draws);
    }

    [Fact]
    public void AutoAugment_draws_each_pair_equally_often_and_each_step_with_its_probability()
    {
        foreach (AutoAugmentPolicy policy in Enum.GetValues<AutoAugmentPolicy>())
        {
            AutoAugmentDraws[] draws =
                [.. Many(Options with { Policy = policy }).Select(d => d.Further.AutoAugment!.Value)];
            for (int pair = 0; pair < AutoAugmentPairs.Count; pair++)
            {
                AutoAugmentDraws[] own = [.. draws.Where(d => d.Pair == pair)];
                RandomResizedCropTests.AssertShare(1.0 / 25, own.Length, Draws);
                (PolicyStep first, PolicyStep second) = AutoAugmentPairs.At(policy, pair);
                RandomResizedCropTests.AssertShare(first.Probability, own.Count(d => d.First), own.Length);
                RandomResizedCropTests.AssertShare(second.Probability, own.Count(d => d.Second), own.Length);
            }

            RandomResizedCropTests.AssertShare(0.5, draws.Count(d => d.FirstIsNegative), Draws);
            RandomResizedCropTests.AssertShare(0.5, draws.Count(d => d.SecondIsNegative), Draws);
        }
    }

    [Fact]
    public void An_operation_more_or_less_changes_no_other_draw()
    {
        ViewParameters[] all = Many(Options, 200);
        foreach (ViewOperation left in Enum.GetValues<ViewOperation>())
        {
            ViewParameters[] some = Many(Options with { Operations = [.. All.Where(o => o != left)] }, 200);
            ViewParameters[] expected = [.. all.Select(d => Without(d, left))];
            Assert.Equal(expected, some.Select(d => d with { Operations = All }));
        }
    }

    [Fact]
    public void The_order_of_the_list_changes_no_draw_but_changes_the_view()
    {
        OperationList reversed = [ViewOperation.Crop, .. All.Skip(1).Reverse()];
        ViewParameters[] all = Many(Options, 100);
        Assert.Equal(all, Many(Options with { Operations = reversed }, 100).Select(d => d with { Operations = All }));
        RgbImage image = RandomImages.Noise(30, 25, 1);
        ViewOptions turned = Options with { Operations = [ViewOperation.Rotate, ViewOperation.Cutout] };
        ViewOptions covered = turned with { Operations = [ViewOperation.Cutout, ViewOperation.Rotate] };
        Assert.Contains(
            Enumerable.Range(0, 10),
            sample => !View(turned, image, sample).SequenceEqual(View(covered, image, sample)));
    }

    [Fact]
    public void The_papers_list_in_any_form_gives_the_draws_of_the_default()
    {
        ViewOptions plain = Options with { Operations = OperationList.Paper };
        ViewOptions other = plain with { First = OperationList.Parse("crop,flip,color,gray,blur"), Second = [] };
        Assert.Equal(Many(plain, 50), Many(other, 50));
        Assert.Equal(Many(plain, 50, view: 2), Many(other, 50, view: 2));
        Assert.NotEqual(Many(plain, 50, view: 1), Many(other, 50, view: 1));
    }

    [Fact]
    public void The_empty_list_is_the_image()
    {
        RgbImage image = RandomImages.Noise(20, 20, 2);
        float[] expected = [.. image.Pixels.ToArray().Select(value => value / 255f)];
        foreach (string kernels in ViewKernels.Names)
        {
            ViewOptions options = Options with { Operations = [] };
            GoldenImage.AssertClose(
                [.. expected.Select(value => (double)value)], View(options, image, 3, kernels: kernels), 1e-6);
        }
    }

    [Fact]
    public void One_branch_is_transformed_and_both_share_a_crop()
    {
        ViewOptions options = Options with { First = [], Second = [ViewOperation.Cutout], SharedCrop = true };
        RgbImage image = RandomImages.Noise(60, 40, 4);
        for (int sample = 0; sample < 20; sample++)
        {
            ViewParameters first = ViewParameters.Draw(options, 60, 40, 1, 0, sample, 0);
            ViewParameters second = ViewParameters.Draw(options, 60, 40, 1, 0, sample, 1);
            Assert.Equal(first.Crop, second.Crop);
            Assert.NotEqual(new Box(0, 0, 40, 60), first.Crop);
            float[] original = View(options, image, sample, view: 0);
            float[] covered = View(options, image, sample, view: 1);
            Box box = second.Further.Cutout;
            for (int i = 0; i < original.Length; i++)
            {
                (int y, int x) = (i / 3 / 20, i / 3 % 20);
                bool inside = y >= box.Top && y < box.Top + box.Height && x >= box.Left && x < box.Left + box.Width;
                Assert.Equal(inside ? 0.5f : original[i], covered[i]);
            }
        }

        Assert.Equal(
            20,
            Enumerable.Range(0, 20).Select(s => ViewParameters.Draw(options, 60, 40, 1, 0, s, 0).Crop)
                .Distinct().Count());
    }

    [Fact]
    public void A_crop_after_a_shared_crop_is_one_of_the_view()
    {
        ViewOptions options = Options with { First = [], Second = [ViewOperation.Crop], SharedCrop = true };
        RgbImage image = RandomImages.Noise(60, 40, 5);
        for (int sample = 0; sample < 10; sample++)
        {
            Box box = ViewParameters.Draw(options, 60, 40, 1, 0, sample, 1).Further.Crop;
            float[] shared = View(options, image, sample, view: 0);
            float[] planes = new float[shared.Length];
            PixelWriter.Split(shared, planes);
            Resampling.Apply(planes, 20, box, bicubic: true, new float[400]);
            float[] expected = new float[shared.Length];
            new PixelWriter(Normalization.None).Write(planes, expected);
            Assert.Equal(expected, View(options, image, sample, view: 1));
        }
    }

    [Fact]
    public void Single_views_have_the_operations_of_no_branch()
    {
        ViewOptions options = Options with
        {
            Operations = [ViewOperation.Crop],
            First = [],
            Second = [ViewOperation.Noise],
            SharedCrop = true,
        };
        Assert.Equal(
            Many(Options with { Operations = [ViewOperation.Crop] }, 20), Many(options.OneView(), 20));
        Assert.Equal(Many(new ViewOptions { Size = 20 }.CropAndFlip(), 20), Many(options.CropAndFlip(), 20));
    }

    [Fact]
    public void Fast_kernels_give_the_plain_views_for_every_list()
    {
        RgbImage image = RandomImages.Noise(33, 41, 6);
        OperationList[] lists =
        [
            .. Enum.GetValues<ViewOperation>().Select(o => OperationList.Create([o])),
            [.. OperationList.Paper, ViewOperation.Cutout], [ViewOperation.Blur, ViewOperation.Crop],
            [ViewOperation.Color, ViewOperation.Flip, ViewOperation.Crop], [.. All.Reverse()],
        ];
        foreach (OperationList list in lists)
        {
            // Steps of bytes (equalize, policies) and thresholds turn a rounding into one level or more.
            bool steps = list.Any(
                o => o is ViewOperation.Equalize or ViewOperation.Solarize or ViewOperation.AutoAugment);
            foreach (Normalization normalize in Enum.GetValues<Normalization>())
            {
                ViewOptions options = Options with
                {
                    Operations = list,
                    SharedCrop = list.Count == 6,
                    Normalize = normalize,
                };
                for (int sample = 0; sample < 4 && !steps; sample++)
                {
                    GoldenImage.AssertClose(
                        [.. View(options, image, sample, kernels: "plain").Select(value => (double)value)],
                        View(options, image, sample),
                        5e-5);
                }

                for (int sample = 0; sample < 4; sample++)
                {
                    Assert.Equal(View(options, image, sample, kernels: "portable"), View(options, image, sample));
                }
            }
        }
    }

    [Fact]
    public void Views_do_not_depend_on_the_threads()
    {
        RgbImage image = RandomImages.Noise(30, 30, 7);
        float[][] before = [.. Enumerable.Range(0, 48).Select(i => View(Options, image, i))];
        float[][] after = new float[48][];
        Parallel.For(0, 48, i => after[i] = View(Options, image, i));
        Assert.Equal(before, after);
    }

    [Fact]
    public void Values_in_bfloat16_are_the_rounded_floats()
    {
        RgbImage image = RandomImages.Noise(30, 30, 8);
        foreach (string kernels in ViewKernels.Names)
        {
            ViewParameters draws = ViewParameters.Draw(Options, 30, 30, 1, 0, 0, 0);
            ushort[] halves = new ushort[1200];
            new ViewRenderer(Options, kernels).RenderBFloat16(image, draws, halves);
            ushort[] rounded = new ushort[1200];
            BFloat16.Round(View(Options, image, 0, kernels: kernels), rounded);
            Assert.Equal(rounded, halves);
        }
    }

    private static ViewParameters Without(ViewParameters draws, ViewOperation operation) => operation switch
    {
        ViewOperation.Crop => draws with { Crop = new Box(0, 0, 100, 120) },
        ViewOperation.Flip => draws with { Flip = false },
        ViewOperation.Color => draws with { Jitter = false },
        ViewOperation.Gray => draws with { Gray = false },
        ViewOperation.Blur => draws with { BlurSigma = 0 },
        ViewOperation.Cutout => draws with { Further = draws.Further with { Cutout = default } },
        ViewOperation.Rotate => draws with { Further = draws.Further with { QuarterTurns = 0 } },
        ViewOperation.Noise => draws with { Further = draws.Further with { NoiseSigma = 0, NoiseSeed = 0 } },
        ViewOperation.Sobel => draws with { Further = draws.Further with { Sobel = false } },
        ViewOperation.Equalize => draws with { Further = draws.Further with { Equalize = false } },
        ViewOperation.Solarize => draws with { Further = draws.Further with { Solarize = false } },
        ViewOperation.MotionBlur => draws with { Further = draws.Further with { MotionAngle = null } },
        _ => draws with { Further = draws.Further with { AutoAugment = null } },
    };

    private static ViewParameters[] Many(ViewOptions options, int count = Draws, int view = 0)
        => [.. Enumerable.Range(0, count).Select(i => ViewParameters.Draw(options, 120, 100, 1, 2, i, view))];

    private static float[] View(
        ViewOptions options, RgbImage image, int sample, int view = 0, string kernels = "auto")
    {
        float[] pixels = new float[3 * options.Size * options.Size];
        new ViewRenderer(options, kernels).Render(
            image, ViewParameters.Draw(options, image.Width, image.Height, 1, 0, sample, view), pixels);
        return pixels;
    }
}
