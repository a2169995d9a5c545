using CsCheck;
using SimClr.Losses;
using SimClr.Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Losses;

public sealed class NtXentBlocksTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void It_equals_the_dense_form_in_double_whatever_the_size_of_the_blocks()
    {
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 9], Gen.Double[0.01, 1.5], Gen.Int[1, 4000], Gen.Int[0, 1000])
            .Sample((n, d, tau, block, seed) =>
            {
                using var _ = NewDisposeScope();
                Tensor u = nn.functional.normalize(Random(2 * n, d, seed, ScalarType.Float64), p: 2, dim: 1)
                    .requires_grad_();
                Tensor expected = DenseNtXent.Loss(u.narrow(0, 0, n), u.narrow(0, n, n), tau);
                expected.backward();
                (Tensor loss, Tensor? gradient) = NtXentBlocks.Compute(u.detach(), tau, withGradient: true, block);
                Assert.Equal(expected.item<double>(), loss.item<double>(), 1e-10);

                // The dense form normalizes once more, which removes the component along u from its gradient.
                Tensor along = gradient!.mul(u).sum(1, keepdim: true).mul(u);
                Assert.True(gradient.sub(along).LargestDifference(u.grad!) < 1e-10);
            }, iter: 100);
    }

    [Theory]
    [InlineData(DeviceType.CPU, 8192, 128)]     // 64 blocks for the views of 4,096 images
    [InlineData(DeviceType.CUDA, 8192, 8192)]   // one
    [InlineData(DeviceType.MPS, 8192, 8192)]
    [InlineData(DeviceType.CPU, 512, 512)]
    [InlineData(DeviceType.CUDA, 65536, 1024)]
    [InlineData(DeviceType.CPU, 1 << 21, 1)]
    public void The_size_of_a_block_suits_the_device(DeviceType device, long views, long rows)
        => Assert.Equal(rows, SimilarityBlocks.Rows(device, views, views));

    [Theory]
    [InlineData(DeviceType.CPU)]
    [InlineData(DeviceType.CUDA)]
    public void In_float32_all_sizes_of_blocks_give_the_same_within_rounding(DeviceType device)
    {
        const int n = 600;
        Tensor u = nn.functional.normalize(Random(2 * n, 16, 1, ScalarType.Float32), p: 2, dim: 1);
        (Tensor expected, Tensor? byU) = NtXentBlocks.Compute(u.to_type(ScalarType.Float64), 0.1, withGradient: true);
        (Tensor loss, Tensor? gradient) = NtXentBlocks.Compute(
            u, 0.1, withGradient: true, SimilarityBlocks.Rows(device, 2 * n, 2 * n) * 2 * n);
        Assert.Equal(expected.item<double>(), loss.item<float>(), 1e-5);
        Assert.True(gradient!.LargestDifference(byU!) < 1e-6 * byU!.abs().max().item<double>() * 2 * n);
    }

    [Theory]
    [InlineData(0.01, 1)]
    [InlineData(0.01, 1e4)]
    [InlineData(0.1, 1)]
    [InlineData(0.5, 1e4)]
    public void A_batch_of_several_blocks_equals_the_dense_form(double tau, double norm)
    {
        foreach ((ScalarType type, double tolerance)
            in new[] { (ScalarType.Float64, 1e-10), (ScalarType.Float32, 1e-5) })
        {
            const int n = 700;
            Tensor z1 = Random(n, 32, 1, type).mul(norm).requires_grad_();
            Tensor z2 = z1.detach().add(Random(n, 32, 2, type), alpha: norm / 2).requires_grad_();
            (double loss, Tensor grad1, Tensor grad2) = Run(new NtXentLoss(tau).Forward, z1, z2);
            (double expected, Tensor expected1, Tensor expected2) = Run((a, b) => DenseNtXent.Loss(a, b, tau), z1, z2);
            Assert.Equal(expected, loss, tolerance * Math.Max(1, expected));
            Assert.True(grad1.LargestDifference(expected1) * norm < tolerance);
            Assert.True(grad2.LargestDifference(expected2) * norm < tolerance);
        }
    }

    [Fact]
    public void It_is_part_of_a_larger_graph_and_scaled_by_the_incoming_gradient()
    {
        static Tensor Outer(Func<Tensor, Tensor, Tensor> loss, Tensor w, Tensor x)
        {
            Tensor z = x.matmul(w).tanh();
            return loss(z.narrow(0, 0, 4), z.narrow(0, 4, 4)).pow(2).mul(3).add(w.pow(2).sum());
        }

        Tensor x = Random(8, 6, 1, ScalarType.Float64);
        Tensor fast = Random(6, 5, 2, ScalarType.Float64).requires_grad_();
        Tensor plain = fast.detach().clone().requires_grad_();
        Outer(new NtXentLoss(0.2).Forward, fast, x).backward();
        Outer((a, b) => DenseNtXent.Loss(a, b, 0.2), plain, x).backward();
        Assert.True(fast.grad!.LargestDifference(plain.grad!) < 1e-10);
    }

    [Fact]
    public void One_side_may_be_a_constant()
    {
        Tensor z1 = Random(5, 3, 1, ScalarType.Float64).requires_grad_();
        Tensor z2 = Random(5, 3, 2, ScalarType.Float64);
        new NtXentLoss(0.5).Forward(z1, z2).backward();
        Tensor fast = z1.grad!.clone();
        z1.grad = null;
        DenseNtXent.Loss(z1, z2, 0.5).backward();
        Assert.True(fast.LargestDifference(z1.grad!) < 1e-10);
    }

    [Fact]
    public void Without_gradients_it_gives_the_same_number_and_no_graph()
    {
        Tensor z1 = Random(9, 4, 1, ScalarType.Float64).requires_grad_();
        Tensor z2 = Random(9, 4, 2, ScalarType.Float64);
        Tensor with = new NtXentLoss(0.3).Forward(z1, z2);
        using var _ = no_grad();
        Tensor without = new NtXentLoss(0.3).Forward(z1, z2);
        Assert.True(with.requires_grad);
        Assert.False(without.requires_grad);
        Assert.Equal(with.item<double>(), without.item<double>());
    }

    [Fact]
    public void Forward_and_backward_leave_no_tensor_behind()
    {
        Tensor z1 = Random(700, 8, 1, ScalarType.Float32).requires_grad_();
        Tensor z2 = Random(700, 8, 2, ScalarType.Float32).requires_grad_();
        Step();
        using var count = new TensorCount();
        Step();
        Assert.Equal(0, count.Growth);

        void Step()
        {
            using var step = NewDisposeScope();
            new NtXentLoss(0.5).Forward(z1, z2).backward();
            (z1.grad, z2.grad) = (null, null);
        }
    }

    private static (double Loss, Tensor Grad1, Tensor Grad2) Run(
        Func<Tensor, Tensor, Tensor> form, Tensor z1, Tensor z2)
    {
        (z1.grad, z2.grad) = (null, null);
        Tensor loss = form(z1, z2);
        loss.backward();
        return (loss.to_type(ScalarType.Float64).item<double>(), z1.grad!.clone(), z2.grad!.clone());
    }

    private static Tensor Random(long rows, long columns, int seed, ScalarType type)
    {
        using var generator = new Generator((ulong)seed);
        return randn([rows, columns], dtype: type, generator: generator);
    }
}
