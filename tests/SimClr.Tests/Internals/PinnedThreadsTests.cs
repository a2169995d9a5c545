using System.Diagnostics;
using System.Runtime.InteropServices;
using SimClr.Cli.Bench;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Tests.Internals;

/// <summary>The cores on which threads may run, as reported by the kernel.</summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed partial class PinnedThreadsTests : IDisposable
{
    private readonly int threads = get_num_threads();

    public void Dispose() => set_num_threads(threads);

    [Fact]
    public void One_thread_for_each_core_is_bound_and_any_other_number_is_not()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && ComputeThreads.Cores > 1, "needs Linux and two cores");
        string all = Cores();
        (string own, string started, string afterwards) = PinnedThreads.Run(() =>
        {
            ComputeThreads.Use(ComputeThreads.Cores);
            string bound = Cores();
            string other = "";
            var thread = new Thread(() => other = Cores());
            thread.Start();
            thread.Join();
            ComputeThreads.Use(1);
            return (bound, other, Cores());
        });

        Assert.Matches(@"^\d+$", own);   // one core: neither a list nor a range
        Assert.Equal(all, started);
        Assert.Equal(all, afterwards);
        Assert.Equal(all, Cores());
    }

    [Fact]
    public void A_process_that_a_bound_thread_starts_has_all_cores()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && ComputeThreads.Cores > 1, "needs Linux and two cores");
        string child = PinnedThreads.Run(() =>
        {
            ComputeThreads.Use(ComputeThreads.Cores);
            using Process process = SelfProcess.Start(["bench", "--only", BenchCatalog.BusySide]);
            string cores = CoresIn($"/proc/{process.Id}/status");
            process.Kill();
            process.WaitForExit();
            return cores;
        });

        Assert.Equal(Cores(), child);
    }

    [Fact]
    public void Bound_threads_have_short_slices_and_the_priority_they_had()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && ComputeThreads.Cores > 1, "needs Linux and two cores");
        TimeSpan? usual = TimeSlice.Query(0);
        (TimeSpan? bound, string nice, TimeSpan? afterwards) = PinnedThreads.Run(() =>
        {
            ComputeThreads.Use(ComputeThreads.Cores);
            TimeSpan? slice = TimeSlice.Query(0);
            string priority = File.ReadAllText("/proc/thread-self/stat").Split(") ")[^1].Split(' ')[16];
            ComputeThreads.Use(1);
            return (slice, priority, TimeSlice.Query(0));
        });

        // Kernels before 6.12 do not report slices.
        Assert.True(
            bound is null || bound == usual || bound == TimeSpan.FromMilliseconds(0.1), $"{bound}, usually {usual}");
        Assert.Equal(File.ReadAllText("/proc/self/stat").Split(") ")[^1].Split(' ')[16], nice);
        Assert.Equal(usual, afterwards);
    }

    [Fact]
    public void Other_threads_are_left_alone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        string before = Cores();
        ComputeThreads.Use(ComputeThreads.Cores);
        Assert.Equal(before, Cores());
    }

    [Fact]
    public void Bound_threads_compute_the_same_bits()
    {
        using Tensor x = rand(257, 300, generator: new Generator(1));
        float[] Product()
        {
            ComputeThreads.Use(ComputeThreads.Cores);
            using Tensor product = x.mm(x.t()).softmax(1);
            return product.data<float>().ToArray();
        }

        Assert.Equal(Product(), PinnedThreads.Run(Product));
    }

    [Fact]
    public void Errors_come_back_unwrapped_and_nested_work_stays_on_its_thread()
    {
        var error = Assert.Throws<InvalidDataException>(
            () => PinnedThreads.Run<int>(() => throw new InvalidDataException("as it was")));
        Assert.Equal("as it was", error.Message);
        Assert.Equal((true, true), PinnedThreads.Run(() =>
        {
            int outer = Environment.CurrentManagedThreadId;
            return (true, PinnedThreads.Run(() => Environment.CurrentManagedThreadId) == outer);
        }));
    }

    /// <summary>Native code reads the environment of the C library, not .NET's.</summary>
    [Fact]
    public void OpenMP_gets_a_spin_time_unless_the_user_sets_a_wait_policy()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        string? policy = Environment.GetEnvironmentVariable("OMP_WAIT_POLICY");
        string? count = Environment.GetEnvironmentVariable("GOMP_SPINCOUNT");
        try
        {
            Environment.SetEnvironmentVariable("GOMP_SPINCOUNT", null);
            _ = UnsetNative("GOMP_SPINCOUNT");
            Environment.SetEnvironmentVariable("OMP_WAIT_POLICY", "active");
            OpenMp.WaitBriefly();
            Assert.Null(Native("GOMP_SPINCOUNT"));

            Environment.SetEnvironmentVariable("OMP_WAIT_POLICY", null);
            OpenMp.WaitBriefly();
            Assert.Equal("10000", Native("GOMP_SPINCOUNT"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("OMP_WAIT_POLICY", policy);
            Environment.SetEnvironmentVariable("GOMP_SPINCOUNT", count);
        }
    }

    private static string Cores() => CoresIn("/proc/thread-self/status");

    private static string CoresIn(string status) => File.ReadLines(status)
        .Single(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split('\t')[1];

    private static string? Native(string name) => Marshal.PtrToStringUTF8(GetNative(name));

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetNative(string name);

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnsetNative(string name);
}
