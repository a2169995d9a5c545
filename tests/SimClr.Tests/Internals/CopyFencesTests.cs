using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Tests.Internals;

public sealed class CopyFencesTests
{
    [Fact]
    public void A_slot_is_in_use_from_submission_until_the_device_completes()
    {
        using var marks = new CopyFences(3, CPU);
        Assert.All([0, 1, 2], slot => Assert.True(marks.IsFree(slot)));
        bool free = marks.Order(1, () => marks.IsFree(1));   // while it is being submitted
        Assert.False(free);
        Assert.True(marks.IsFree(1));                          // the processor is done when the call returns
        marks.Await(1);
        Assert.True(marks.IsFree(0) && marks.IsFree(2));
    }

    [Fact]
    public void Writers_wait_for_the_device()
    {
        using var marks = new CopyFences(2, CPU);
        using var ordered = new ManualResetEventSlim();
        using var finish = new ManualResetEventSlim();
        var device = new Thread(() => marks.Order(0, () =>
        {
            ordered.Set();
            finish.Wait();
            return 0;
        }));
        device.Start();
        ordered.Wait();
        using var looked = new ManualResetEventSlim();
        bool wasFree = true;
        var writer = new Thread(() =>
        {
            wasFree = marks.IsFree(0);
            looked.Set();
            marks.Await(0);
            wasFree |= !marks.IsFree(0);
        });
        writer.Start();
        looked.Wait();
        finish.Set();
        device.Join();
        writer.Join();
        Assert.False(wasFree);
        Assert.True(marks.IsFree(0));
    }
}
