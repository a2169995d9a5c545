using SimClr.Checkpoints;
using SimClr.Tests.Data;

namespace SimClr.Tests.Checkpoints;

public sealed class RunLockTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Run => folder.PathOf("run");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_directory_has_one_process_at_a_time()
    {
        using (RunLock.Acquire(Run))
        {
            string error = Assert.Throws<ConfigurationException>(() => RunLock.Acquire(Run)).Message;
            Assert.StartsWith(
                $"{Run}: another process is using this directory (it holds run.lock).",
                error,
                StringComparison.Ordinal);
            Assert.Contains("choose another output directory", error, StringComparison.Ordinal);
            Assert.Throws<ConfigurationException>(() => RunLock.ThrowIfHeld(Run));
            folder.Write("run/run.json", "{}");
        }

        RunLock.ThrowIfHeld(Run);
        RunLock.Acquire(Run).Dispose();
        Assert.Equal(["run.json", "run.lock"], Directory.GetFiles(Run).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void The_lock_of_a_killed_process_is_free()
    {
        folder.Write("run/run.lock", "");
        RunLock.ThrowIfHeld(Run);
        RunLock.Acquire(Run).Dispose();
    }

    [Fact]
    public void A_directory_in_which_nothing_was_written_is_left_unchanged()
    {
        RunLock.Acquire(Run).Dispose();
        Assert.False(Directory.Exists(Run));
        Directory.CreateDirectory(Run);
        RunLock.Acquire(Run).Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(Run));
        RunLock.ThrowIfHeld(folder.PathOf("never"));
        Assert.False(Directory.Exists(folder.PathOf("never")));
    }

    [Fact]
    public void A_missing_permission_is_not_reported_as_another_process()
    {
        folder.Write("file", "");
        Assert.Throws<IOException>(() => RunLock.Acquire(folder.PathOf("file")));
    }
}
