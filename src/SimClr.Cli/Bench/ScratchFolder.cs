namespace SimClr.Cli.Bench;

/// <summary>A temporary folder for one measurement, deleted on disposal.</summary>
internal sealed class ScratchFolder : IDisposable
{
    private readonly string path = Directory.CreateTempSubdirectory("simclr-bench-").FullName;

    public string PathOf(string name) => Path.Join(path, name);

    public void Dispose() => Directory.Delete(path, recursive: true);
}
