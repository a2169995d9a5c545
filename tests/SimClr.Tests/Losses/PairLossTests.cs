using System.Text.Json;
using CsCheck;
using SimClr.Internals;
using SimClr.Losses;
using SimClr.Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Losses;

/// <summary>NT-Logistic and the margin triplet loss.</summary>
public sealed class PairLossTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public static TheoryData<int> Cases
        => [.. Enumerable.Range(0, GoldenFile.Read("other_losses.json").GetArrayLength())];

    public static TheoryData<string, bool> Kinds => new()
    {
        { "nt-logistic", false }, { "nt-logistic", true }, { "margin", false }, { "margin", true },
    };

    public static TheoryData<string, bool, bool> AllForms => new()
    {
        { "nt-xent", false, true }, { "nt-xent", false, false },
        {
            "nt-logistic",
            false,
            true
        }, { "nt-logistic", false, false }, { "nt-logistic", true, true }, { "nt-logistic", true, false },
        { "margin", false, true }, { "margin", false, false }, { "margin", true, true }, { "margin", true, false },
    };

    public void Dispose() => scope.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Loss_and_gradients_equal_the_reference(int number)
    {
        JsonElement golden = GoldenFile.Read("other_losses.json")[number];
        double value = golden.GetProperty("temperature_or_margin").GetDouble();
        LossOptions options = Options(
            golden.GetProperty("loss_name").GetString()!, golden.GetProperty("semi_hard").GetBoolean(), value, true);
        double expected = golden.GetProperty("loss").GetDouble();
        foreach ((ScalarType type, double tolerance)
            in new[] { (ScalarType.Float64, 1e-10), (ScalarType.Float32, 1e-5) })
        {
            Tensor z1 = golden.GetProperty("z1").Tensor(type).requires_grad_();
            Tensor z2 = golden.GetProperty("z2").Tensor(type).requires_grad_();
            (double loss, Tensor grad1, Tensor grad2) = Run(LossCatalog.Create(options).Forward, z1, z2);
            Assert.Equal(expected, loss, tolerance);
            Assert.True(grad1.LargestDifference(golden.GetProperty("grad_z1").Tensor()) < tolerance);
            Assert.True(grad2.LargestDifference(golden.GetProperty("grad_z2").Tensor()) < tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_equals_a_slow_loop_over_its_definition(string name, bool semiHard)
    {
        // In one dimension all cosines are 1 or −1, and rounding alone would decide which is smaller.
        Gen.Select(Gen.Int[1, 7], Gen.Int[2, 5], Gen.Double[0.05, 2], Gen.Bool, Gen.Int[0, 1000])
            .Sample((n, d, value, normalize, seed) =>
            {
                using var _ = NewDisposeScope();
                LossOptions options = Options(name, semiHard, value, normalize);
                (Tensor z1, Tensor z2) = Pair(n, d, seed);
                Assert.Equal(
                    SlowLoop(options, Rows(z1), Rows(z2)),
                    LossCatalog.Create(options).Forward(z1, z2).item<double>(),
                    1e-9);
            }, iter: 60);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_equals_the_dense_form_whatever_the_size_of_the_blocks(string name, bool semiHard)
    {
        Gen.Select(Gen.Int[1, 30], Gen.Int[1, 300], Gen.Double[0.1, 1], Gen.Int[0, 1000])
            .Sample((n, block, value, seed) =>
            {
                using var _ = NewDisposeScope();
                (Tensor z1, Tensor z2) = Pair(n, 6, seed);
                Tensor u = nn.functional.normalize(cat([z1, z2]), p: 2, dim: 1).requires_grad_();
                Tensor positive = u.narrow(0, 0, n).mul(u.narrow(0, n, n)).sum(1);
                Tensor got = (name, semiHard) switch
                {
                    ("margin", false) => NegativePairs.Mean(
                        u, x => (x.add(value).clamp_min(0), x.add(value).sign().clamp_min(0)), relative: true, block),
                    ("margin", true)
                        => OfSemiHard(SemiHardNegatives.Find(u, value, block), s => s.sub(positive).add(value)),
                    (_, false) => NegativePairs.Mean(u, x => (x.exp(), x.exp()), relative: false, block),
                    _ => OfSemiHard(SemiHardNegatives.Find(u, null, block), s => s.exp()),
                };
                got.backward(create_graph: false);
                Tensor gradient = u.grad!.clone();
                u.grad = null;

                Tensor s = u.narrow(0, 0, n).matmul(u.narrow(0, n, n).t());
                Tensor expected = DenseForm(s, name == "margin" ? value : null, semiHard);
                expected.backward();
                Assert.Equal(expected.item<double>(), got.item<double>(), 1e-10);
                Assert.True(gradient.LargestDifference(u.grad!) < 1e-10);
            }, iter: 60);
    }

    [Theory]
    [MemberData(nameof(AllForms))]
    public void A_batch_of_several_blocks_equals_the_dense_form(string name, bool semiHard, bool normalize)
    {
        LossOptions options = Options(name, semiHard, 0.5, normalize);
        (Tensor z1, Tensor z2) = Pair(1100, 16, 3);   // 1100² similarities exceed a block
        (double loss, Tensor grad1, Tensor grad2) = Run(
            LossCatalog.Create(options).Forward, z1.requires_grad_(), z2.requires_grad_());
        (double expected, Tensor expected1, Tensor expected2) = Run((a, b) => Dense(options, a, b), z1, z2);
        Assert.Equal(expected, loss, 1e-10 * Math.Max(1, expected));
        Assert.True(grad1.LargestDifference(expected1) < 1e-10);
        Assert.True(grad2.LargestDifference(expected2) < 1e-10);
    }

    [Theory]
    [MemberData(nameof(AllForms))]
    public void The_gradient_is_that_of_finite_differences(string name, bool semiHard, bool normalize)
    {
        IContrastiveLoss loss = LossCatalog.Create(Options(name, semiHard, 0.7, normalize));
        (Tensor z1, Tensor z2) = Pair(5, 3, 11);
        (double _, Tensor grad1, Tensor grad2) = Run(loss.Forward, z1.requires_grad_(), z2.requires_grad_());
        Assert.True(
            grad1.LargestDifference(Differences(z1.detach(), z => loss.Forward(z, z2.detach()).item<double>())) < 1e-7);
        Assert.True(
            grad2.LargestDifference(Differences(z2.detach(), z => loss.Forward(z1.detach(), z).item<double>())) < 1e-7);
    }

    [Theory]
    [MemberData(nameof(AllForms))]
    public void The_order_of_the_images_does_not_matter(string name, bool semiHard, bool normalize)
    {
        IContrastiveLoss loss = LossCatalog.Create(Options(name, semiHard, 0.4, normalize));
        (Tensor z1, Tensor z2) = Pair(9, 4, 5);
        Tensor order = tensor(new long[] { 3, 8, 0, 1, 7, 2, 6, 4, 5 });
        Assert.Equal(
            loss.Forward(z1, z2).item<double>(),
            loss.Forward(z1.index_select(0, order), z2.index_select(0, order)).item<double>(),
            1e-12);
    }

    [Theory]
    [InlineData("nt-xent", false, true)]
    [InlineData("nt-logistic", false, true)]
    [InlineData("nt-logistic", true, false)]   // the nearest of the first view differs from that of the second
    [InlineData("margin", false, false)]
    [InlineData("margin", true, false)]
    public void Views_can_be_swapped_where_no_view_is_the_anchor(string name, bool semiHard, bool symmetric)
    {
        IContrastiveLoss loss = LossCatalog.Create(Options(name, semiHard, 0.4, true));
        (Tensor z1, Tensor z2) = Pair(12, 4, 6);
        double difference = loss.Forward(z1, z2).item<double>() - loss.Forward(z2, z1).item<double>();
        Assert.Equal(symmetric, Math.Abs(difference) < 1e-12);
    }

    [Theory]
    [MemberData(nameof(AllForms))]
    public void Half_precision_stays_finite_and_the_loss_is_float32(string name, bool semiHard, bool normalize)
    {
        using var generator = new Generator(4);
        Tensor z = randn([8, 16], generator: generator);
        foreach (ScalarType type in new[] { ScalarType.Float16, ScalarType.BFloat16 })
        {
            Tensor z1 = z.to_type(type).detach().requires_grad_();
            Tensor loss = LossCatalog.Create(Options(name, semiHard, 0.01, normalize))
                .Forward(z1, z.neg().to_type(type));
            loss.backward();
            Assert.Equal(ScalarType.Float32, loss.dtype);
            Assert.Equal(type, z1.grad!.dtype);
            Assert.True(loss.isfinite().item<bool>());
            Assert.True(z1.grad!.isfinite().all().item<bool>());
        }
    }

    [Theory]
    [MemberData(nameof(AllForms))]
    public void Projections_of_zero_are_at_chance_with_a_finite_gradient(string name, bool semiHard, bool normalize)
    {
        IContrastiveLoss loss = LossCatalog.Create(Options(name, semiHard, 0.5, normalize));
        (double value, Tensor gradient, Tensor _) = Run(
            loss.Forward, zeros(6, 4).requires_grad_(), zeros(6, 4).requires_grad_());

        // All similarities are equal: no negative is less similar than the positive.
        double expected = !semiHard ? loss.ChanceLevel(6) : name == "margin" ? 0 : Math.Log(2);
        Assert.Equal(expected, value, 1e-6);
        Assert.True(gradient.isfinite().all().item<bool>());
    }

    [Theory]
    [MemberData(nameof(AllForms))]
    public void Identical_images_and_one_image_alone_give_finite_losses(string name, bool semiHard, bool normalize)
    {
        IContrastiveLoss loss = LossCatalog.Create(Options(name, semiHard, 0.5, normalize));
        foreach (Tensor z in new[] { ones(4, 3), ones(1, 3) })
        {
            (double value, Tensor gradient, Tensor _) = Run(
                loss.Forward, z.clone().requires_grad_(), z.clone().requires_grad_());
            Assert.True(double.IsFinite(value));
            Assert.True(gradient.isfinite().all().item<bool>());
        }
    }

    [Fact]
    public void Anchors_without_a_semi_hard_negative_drop_out_of_the_mean_over_negatives()
    {
        // Cosines with the same image's second view: 1, 0 and −1; with the others: 0, −1 | 1, −1 | 1, 0.
        Tensor z1 = tensor(new double[,] { { 1, 0 }, { 1, 0 }, { 1, 0 } });
        Tensor z2 = tensor(new double[,] { { 1, 0 }, { 0, 1 }, { -1, 0 } });
        double SoftPlus(double x) => Math.Log(1 + Math.Exp(x / 0.5));

        // Anchor 0 has the negative 0 and anchor 1 has −1; all negatives of anchor 2 are more similar than its
        // positive.
        double positives = (SoftPlus(-1) + SoftPlus(0) + SoftPlus(1)) / 3;
        Assert.Equal(
            positives + ((SoftPlus(0) + SoftPlus(-1)) / 2),
            new NtLogisticLoss(0.5, semiHard: true).Forward(z1, z2).item<double>(),
            1e-12);

        // Within the margin 1.5 both count; within 0.5 neither does, nor at 1, which is on the edge.
        Assert.Equal(0.5, new MarginLoss(1.5, semiHard: true).Forward(z1, z2).item<double>(), 1e-12);
        Assert.Equal(0, new MarginLoss(0.5, semiHard: true).Forward(z1, z2).item<double>());
        Assert.Equal(0, new MarginLoss(1, semiHard: true).Forward(z1, z2).item<double>());
    }

    [Theory]
    [MemberData(nameof(AllForms))]
    public void NaN_is_not_hidden(string name, bool semiHard, bool normalize)
    {
        (Tensor z1, Tensor z2) = Pair(6, 4, 7);
        z2[2, 1] = double.NaN;
        Assert.False(
            LossCatalog.Create(Options(name, semiHard, 0.5, normalize)).Forward(z1, z2).isfinite().item<bool>());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void On_random_projections_it_is_near_its_chance_level(string name, bool semiHard)
    {
        using var generator = new Generator(3);
        IContrastiveLoss loss = LossCatalog.Create(Options(name, semiHard, 0.5, true));
        double value = loss.Forward(randn([512, 128], generator: generator), randn([512, 128], generator: generator))
            .item<float>();
        Assert.Equal(loss.ChanceLevel(512), value, 0.03);
        Assert.Equal(name == "margin" ? 0.5 : 2 * Math.Log(2), loss.ChanceLevel(512), 1e-12);
    }

    [Theory]
    [MemberData(nameof(AllForms))]
    public void Descent_makes_views_of_one_image_more_alike_than_those_of_others(
        string name, bool semiHard, bool normalize)
    {
        IContrastiveLoss loss = LossCatalog.Create(Options(name, semiHard, 0.5, normalize));
        using var generator = new Generator(9);
        Tensor z1 = randn([16, 8], dtype: ScalarType.Float64, generator: generator);
        Tensor z2 = randn([16, 8], dtype: ScalarType.Float64, generator: generator);
        for (int step = 0; step < 150; step++)
        {
            (double _, Tensor grad1, Tensor grad2) = Run(loss.Forward, z1.requires_grad_(), z2.requires_grad_());
            (z1, z2) = (z1.detach().sub(grad1.mul(2)), z2.detach().sub(grad2.mul(2)));
        }

        Tensor cosine = nn.functional.normalize(z1, p: 2, dim: 1).matmul(nn.functional.normalize(z2, p: 2, dim: 1).t());
        double positive = cosine.diagonal().mean().item<double>();
        double negative = cosine.sum().sub(cosine.trace()).div(16 * 15).item<double>();
        Assert.True(positive > negative + 0.3, $"positives {positive:F2}, negatives {negative:F2}");
    }

    [Theory]
    [MemberData(nameof(AllForms))]
    public void Forward_and_backward_leave_no_tensor_behind(string name, bool semiHard, bool normalize)
    {
        IContrastiveLoss loss = LossCatalog.Create(Options(name, semiHard, 0.5, normalize));
        (Tensor z1, Tensor z2) = Pair(40, 8, 1);
        z1.requires_grad_();
        Step();
        using var count = new TensorCount();
        Step();
        Assert.Equal(0, count.Growth);

        void Step()
        {
            using var step = NewDisposeScope();
            loss.Forward(z1, z2).backward();
            z1.grad = null;
        }
    }

    [Fact]
    public void Plain_dot_products_may_be_very_negative()
    {
        // Similarities of −500 and less, where e^s is 0 even in double: the four candidates of each view are still
        // equal.
        Tensor z = tensor(new double[,] { { 50, 0 }, { 50, 0 } });
        Assert.Equal(Math.Log(3), new NtXentLoss(1, normalize: false).Forward(z, z).item<double>(), 1e-12);
        Tensor apart = z.neg();
        (double loss, Tensor gradient, Tensor _) = Run(
            new NtXentLoss(0.1, normalize: false).Forward, z.requires_grad_(), apart.requires_grad_());
        Assert.Equal(50_000, loss, 1e-6);   // the other image wins by 5000 / 0.1
        Assert.True(gradient.isfinite().all().item<bool>());
    }

    [Theory]
    [InlineData("nt-xent", true, 0.8, "loss.semi_hard is true, but nt-xent compares each anchor with all negatives")]
    [InlineData("nt-xent", false, 0.4, "loss.margin is 0.4, but nt-xent has no margin")]
    [InlineData("nt-logistic", false, 0, "loss.margin is 0, but nt-logistic has no margin")]
    [InlineData("nt-logistic", true, 0.8, null)]
    [InlineData("margin", true, 0, null)]
    [InlineData("nt-xent", false, 0.8, null)]
    public void Values_that_contradict_the_name_are_refused(string name, bool semiHard, double margin, string? message)
    {
        var options = new LossOptions { Name = EnumText.Parse<LossName>(name), SemiHard = semiHard, Margin = margin };
        string? refusal = Record.Exception(options.Validate)?.Message;
        Assert.Equal(message, message is null ? refusal : refusal![..message.Length]);
    }

    [Fact]
    public void An_invalid_name_margin_or_temperature_is_refused()
    {
        Assert.Contains(
            "did you mean 'nt-logistic'?",
            Assert.Throws<ArgumentOutOfRangeException>(
                () => new LossOptions { Name = EnumText.Parse<LossName>("nt-logistics") }).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LossOptions { Margin = -0.1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new MarginLoss(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NtLogisticLoss(0));
        Assert.Contains(
            "[2, 3] and [3, 3]",
            Assert.Throws<ArgumentException>(() => new MarginLoss(1).Forward(ones(2, 3), ones(3, 3))).Message,
            StringComparison.Ordinal);
    }

    private static LossOptions Options(string name, bool semiHard, double value, bool normalize) => new()
    {
        Name = EnumText.Parse<LossName>(name),
        SemiHard = semiHard,
        Normalize = normalize,
        Temperature = value,
        Margin = name == "margin" ? value : new LossOptions().Margin,
    };

    private static Tensor Dense(LossOptions options, Tensor z1, Tensor z2)
        => options.Name == LossName.NtXent
            ? DenseNtXent.Loss(z1, z2, options.Temperature, options.Normalize)
            : DensePairLosses.Loss(options, z1, z2);

    // e^s⁻ is the term of NT-Logistic; the margin loss has another.
    private static Tensor DenseForm(Tensor s, double? margin, bool semiHard)
    {
        Tensor positive = s.diagonal().unsqueeze(1);
        Tensor terms = margin is { } m ? s.sub(positive).add(m).clamp(min: 0) : s.exp();
        Tensor allowed = eye(s.shape[0], dtype: ScalarType.Bool).logical_not();
        if (!semiHard)
        {
            return terms.masked_select(allowed).sum().div(Math.Max(1, s.shape[0] * (s.shape[0] - 1)));
        }

        allowed = allowed.logical_and(s.less(positive)).logical_and(terms.greater(0));
        Tensor best = terms.masked_fill(allowed.logical_not(), double.NegativeInfinity).max(1).values;
        Tensor kept = best.masked_select(best.isfinite());
        return kept.numel() > 0 ? kept.mean() : terms.sum().mul(0);
    }

    private static Tensor OfSemiHard(SemiHardNegatives found, Func<Tensor, Tensor> term)
        => found.Mean(term(found.Similarity));

    private static (double Loss, Tensor Grad1, Tensor Grad2) Run(
        Func<Tensor, Tensor, Tensor> form, Tensor z1, Tensor z2)
    {
        (z1.grad, z2.grad) = (null, null);
        Tensor loss = form(z1, z2);
        loss.backward();
        return (loss.to_type(ScalarType.Float64).item<double>(), z1.grad!.clone(), z2.grad!.clone());
    }

    private static Tensor Differences(Tensor z, Func<Tensor, double> loss)
    {
        const double step = 1e-6;
        Tensor found = zeros_like(z);
        for (long i = 0; i < z.numel(); i++)
        {
            double At(double shift)
            {
                Tensor moved = z.clone();
                moved.view(-1)[i] += shift;
                return loss(moved);
            }

            found.view(-1)[i] = (At(step) - At(-step)) / (2 * step);
        }

        return found;
    }

    private static (Tensor Z1, Tensor Z2) Pair(int n, int d, int seed)
    {
        using var generator = new Generator((ulong)seed);
        Tensor basis = randn([n, d], dtype: ScalarType.Float64, generator: generator);
        return (basis.add(randn([n, d], dtype: ScalarType.Float64, generator: generator), alpha: 0.5),
            basis.add(randn([n, d], dtype: ScalarType.Float64, generator: generator), alpha: 0.5));
    }

    private static double[][] Rows(Tensor z)
        => [.. Enumerable.Range(0, (int)z.shape[0]).Select(i => z[i].data<double>().ToArray())];

    private static double SlowLoop(LossOptions options, double[][] z1, double[][] z2)
    {
        var (ofPositives, ofNegatives) = (new List<double>(), new List<double>());
        double SoftPlus(double x) => Math.Log(1 + Math.Exp(x / options.Temperature));
        for (int i = 0; i < z1.Length; i++)
        {
            double positive = Similarity(z1[i], z2[i]);
            ofPositives.Add(SoftPlus(-positive));
            double? hardest = null;
            for (int j = 0; j < z2.Length; j++)
            {
                double negative = Similarity(z1[i], z2[j]);
                bool within = options.Name != LossName.Margin || negative - positive + options.Margin > 0;
                if (j != i && !options.SemiHard)
                {
                    ofNegatives.Add(Term(negative, positive));
                }
                else if (j != i && negative < positive && within && !(negative <= hardest))
                {
                    hardest = negative;
                }
            }

            if (hardest is { } found)
            {
                ofNegatives.Add(Term(found, positive));
            }
        }

        double pairs = ofNegatives.Count == 0 ? 0 : ofNegatives.Average();
        return options.Name == LossName.Margin ? pairs : ofPositives.Average() + pairs;

        double Term(double negative, double positive)
            => options.Name == LossName.Margin ? Math.Max(negative - positive + options.Margin, 0) : SoftPlus(negative);

        double Similarity(double[] a, double[] b)
        {
            double Dot(double[] x, double[] y) => x.Zip(y, (p, q) => p * q).Sum();
            return options.Normalize ? Dot(a, b) / Math.Sqrt(Dot(a, a) * Dot(b, b)) : Dot(a, b);
        }
    }
}
