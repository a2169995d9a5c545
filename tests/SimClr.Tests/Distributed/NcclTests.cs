using SimClr.Distributed;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Distributed;

/// <summary>The order in which streams receive work, recorded by a mock library.</summary>
public sealed class NcclTests
{
    [Fact]
    public void A_background_sum_overlaps_computation_until_it_is_awaited()
    {
        var library = new Recorder();
        using var nccl = new Nccl(SingleProcess.Instance, () => library, DeviceType.CPU);
        using Tensor values = zeros(3, device: CPU);
        IPendingCommunication pending = nccl.BeginAllReduce(values);
        Assert.Equal(
            [
                "connect 0 of 1 on -1", "mark 1 on compute", "own waits for 1", "sum of 3 on own", "mark 2 on own",
                "mark 3 on own",
            ],
            library.Log);

        library.Log.Clear();
        pending.Wait();
        pending.Wait();
        Assert.Equal(["compute waits for 2"], library.Log);
        Assert.Equal([3], library.Marks);   // queried by the watchdog
    }

    [Fact]
    public void Computation_after_a_call_waits_for_it()
    {
        var library = new Recorder();
        using var nccl = new Nccl(SingleProcess.Instance, () => library, DeviceType.CPU);
        using Tensor values = zeros(3, device: CPU);
        using Tensor all = zeros(3, device: CPU);
        nccl.AllReduce(values);
        nccl.AllGather(values, all);
        nccl.Broadcast(values);
        Assert.Equal(
            [
                "connect 0 of 1 on -1", "mark 1 on compute", "own waits for 1", "sum of 3 on own", "mark 2 on own",
                "mark 3 on own", "compute waits for 2", "mark 4 on compute", "own waits for 4", "gathering of 3 on own",
                "mark 5 on own", "mark 6 on own", "compute waits for 5", "mark 7 on compute", "own waits for 7",
                "broadcast of 3 on own", "mark 8 on own", "mark 9 on own", "compute waits for 8",
            ],
            library.Log);
    }

    [Fact]
    public void Pending_device_work_is_visible_until_it_completes()
    {
        var library = new Recorder();
        using var nccl = new Nccl(SingleProcess.Instance, () => library, DeviceType.CPU);
        using Tensor values = zeros(3, device: CPU);
        DeviceCalls device = nccl.Watched.OfType<DeviceCalls>().Single();
        Assert.Null(device.Current);
        nccl.AllReduce(values);
        nccl.Broadcast(values);
        Assert.Equal("all-reduce on the device", device.Current?.Name);
        library.Past = 3;
        Assert.Equal("broadcast on the device", device.Current?.Name);
        library.Past = 6;
        Assert.Null(device.Current);
        Assert.Equal(2, device.Calls);
        Assert.Empty(library.Marks);
    }

    [Fact]
    public void Tensors_of_another_device_or_in_another_order_are_refused()
    {
        using var nccl = new Nccl(SingleProcess.Instance, () => new Recorder(), DeviceType.CPU);
        using Tensor turned = zeros([2, 3], device: CPU).t();
        Assert.Contains(
            "not contiguous",
            Assert.Throws<ArgumentException>(() => nccl.AllReduce(turned)).Message,
            StringComparison.Ordinal);
    }

    private sealed class Recorder : INcclLibrary
    {
        private const nint Own = 7;
        private nint last;

        public List<string> Log { get; } = [];

        public List<nint> Marks { get; } = [];

        /// <summary>The last mark that has been reached.</summary>
        public nint Past { get; set; }

        public byte[] CreateUniqueId() => new byte[NcclLibrary.IdBytes];

        private int? connected;

        public nint Connect(ReadOnlySpan<byte> id, int rank, int size, int device)
        {
            connected = device;
            Log.Add($"connect {rank} of {size} on {device}");
            return 1;
        }

        public void AllReduce(nint communicator, Tensor values, nint stream)
            => Log.Add($"sum of {values.numel()} on {Name(stream)}");

        public void AllGather(nint communicator, Tensor local, Tensor all, nint stream)
            => Log.Add($"gathering of {local.numel()} on {Name(stream)}");

        public void Broadcast(nint communicator, Tensor values, int root, nint stream)
            => Log.Add($"broadcast of {values.numel()} on {Name(stream)}");

        public nint CurrentStream(int device) => 0;

        public nint CreateStream(int device) => Own;

        public nint RecordEvent(nint stream, int device)
        {
            Marks.Add(++last);
            Log.Add($"mark {last} on {Name(stream)}");
            return last;
        }

        public void WaitEvent(nint stream, nint mark, int device)
        {
            Assert.Equal(connected, device);
            Assert.Contains(mark, Marks);
            Log.Add($"{Name(stream)} waits for {mark}");
        }

        public bool IsComplete(nint mark)
        {
            Assert.Contains(mark, Marks);
            return mark <= Past;
        }

        public void DestroyEvent(nint mark) => Assert.True(Marks.Remove(mark), $"mark {mark} is given back twice");

        public void CheckDevice(nint communicator)
        {
        }

        public void Abort(nint communicator)
        {
        }

        private static string Name(nint stream) => stream == Own ? "own" : "compute";
    }
}
