using SimClr.Distributed;
using SimClr.Internals;
using SimClr.Layers;
using SimClr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Internals;

/// <summary>
/// On a GPU the backward pass runs on a thread of libtorch, where there is no dispose scope: custom functions in it
/// free their own tensors, and the tensors they return live until they are consumed. On the processor it runs on the
/// caller's thread: here one without a scope.
/// </summary>
public sealed class BackwardThreadTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly RankedWorld ranks = new(SingleProcess.Instance);
    private readonly SyncBatchNorm[] norms;
    private readonly Tensor x;
    private readonly Tensor g;

    public BackwardThreadTests()
    {
        norms = [SyncBatchNorm.ForImages(4), SyncBatchNorm.ForImages(4)];
        Array.ForEach(norms, norm => norm.Totals = ranks);
        using var generator = new Generator(1);
        x = rand([6, 4, 5, 5], generator: generator).requires_grad_();
        g = rand([6, 4, 5, 5], generator: generator);
    }

    public void Dispose()
    {
        Array.ForEach(norms, norm => norm.Dispose());
        scope.Dispose();
    }

    [Fact]
    public void Steps_leave_no_tensor_behind()
    {
        Step(OnAnotherThread);
        Collect();
        long before = Tensor.TotalCount;
        for (int i = 0; i < 20; i++)
        {
            Step(OnAnotherThread);
        }

        Assert.InRange(Tensor.TotalCount - before, long.MinValue, 0);
    }

    [Fact]
    public void Inputs_and_temporaries_of_a_function_are_freed_before_the_next_one()
    {
        // At the last function, nothing is left of the two norms and the mark between them, and it holds only its own
        // gradient.
        Collect();
        long before = 0;
        long after = 0;
        Step(pass => OnAnotherThread(() =>
        {
            before = Tensor.TotalCount;
            pass();
        }), () => after = Tensor.TotalCount);
        Assert.Equal(1, after - before);
    }

    [Fact]
    public void Results_of_a_function_survive_garbage_collection()
    {
        float[] expected = Step(pass => pass());
        Collect();
        long before = 0;
        long after = 0;
        float[] got = Step(OnAnotherThread, () =>
        {
            before = Tensor.TotalCount;
            Collect();
            after = Tensor.TotalCount;
        });
        Assert.Equal(before, after);
        Assert.Equal(expected, got);
    }

    [Fact]
    public void Results_of_a_function_survive_continuous_garbage_collection()
    {
        float[] expected = Step(pass => pass());
        using var done = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!done.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            for (int i = 0; i < 50; i++)
            {
                Assert.Equal(expected, Step(OnAnotherThread));
            }
        }
        finally
        {
            done.Cancel();
            collector.Join();
        }
    }

    [Fact]
    public void An_error_in_a_function_is_thrown_after_the_pass_and_leaks_nothing()
    {
        Collect();
        long before = Tensor.TotalCount;
        Assert.Throws<DivideByZeroException>(() => Step(OnAnotherThread, () => throw new DivideByZeroException()));
        x.grad = null;
        Array.ForEach(norms, norm => norm.weight!.grad = norm.bias!.grad = null);
        Assert.InRange(Tensor.TotalCount - before, long.MinValue, 0);
    }

    /// <summary>Computes x → [mark] → norm → [mark] → norm → Σ g·y, and the backward pass.</summary>
    /// <returns>∂/∂x.</returns>
    private float[] Step(Action<Action> run, Action? atTheEnd = null)
    {
        using var step = NewDisposeScope();
        Tensor first = BackwardHook.Attach(x.mul(RootedScalars.Two), () => atTheEnd?.Invoke(), ranks);
        Tensor between = BackwardHook.Attach(norms[0].forward(first), () => { }, ranks);
        Tensor y = norms[1].forward(between);
        Tensor value = y.mul(g).sum();
        ranks.Backward(() => run(() => value.backward()), last: true);
        float[] byX = x.grad!.data<float>().ToArray();
        x.grad = null;
        Array.ForEach(norms, norm => norm.weight!.grad = norm.bias!.grad = null);
        return byX;
    }

    private static void OnAnotherThread(Action action)
    {
        var thread = new Thread(() => action());
        thread.Start();
        thread.Join();
    }

    private static void Collect()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
