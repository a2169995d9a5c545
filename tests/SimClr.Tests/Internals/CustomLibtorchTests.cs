using SimClr.Internals;
using SimClr.Tests.Data;

namespace SimClr.Tests.Internals;

/// <summary>Recognition of a libtorch folder, and the errors for one that does not fit.</summary>
public sealed class CustomLibtorchTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("", "")]                       // the folder with the libraries
    [InlineData("lib", "")]                    // libtorch, or PyTorch's package
    [InlineData("torch/lib", "")]              // site-packages
    [InlineData("lib", "lib")]
    public void The_libraries_are_found(string place, string named)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "for Linux");
        string libraries = Libraries(place);
        Assert.Equal(
            Path.TrimEndingDirectorySeparator(libraries),
            Path.TrimEndingDirectorySeparator(CustomLibtorch.Find(folder.PathOf(named))));
    }

    [Fact]
    public void A_folder_without_them_is_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "for Linux");
        string message = Assert.Throws<ConfigurationException>(
            () => CustomLibtorch.Find(folder.PathOf("nowhere"))).Message;
        Assert.Contains(
            "nowhere', where there is no libtorch_cpu.so; expected the folder of a libtorch or PyTorch 2.10",
            message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "version.py",
        "from typing import Optional\n__all__ = ['__version__']\n__version__ = '2.9.1+cu128'\n",
        "version 2.9.1+cu128; expected 2.10")]
    [InlineData("build-version", "2.11.0+cpu\n", "version 2.11.0+cpu; expected 2.10")]
    [InlineData("version.py", "__version__ = '2.1'\n", "version 2.1; expected 2.10")]
    [InlineData("version.py", "__version__ = '2.10.0+cu128'\n", null)]
    [InlineData("version.py", "__version__ = '2.10.1'\n", null)]
    [InlineData("build-version", "2.10.0+cpu\n", null)]
    [InlineData("build-version", "", null)]
    public void Another_version_is_refused_before_it_is_loaded(string file, string content, string? expected)
    {
        string libraries = Libraries("lib");
        File.WriteAllText(folder.PathOf(file), content);
        if (expected is null)
        {
            CustomLibtorch.RejectOther("named", libraries);
        }
        else
        {
            Assert.Contains(
                expected,
                Assert.Throws<ConfigurationException>(() => CustomLibtorch.RejectOther("named", libraries)).Message,
                StringComparison.Ordinal);
        }
    }

    private string Libraries(string place)
    {
        string libraries = folder.PathOf(place);
        Directory.CreateDirectory(libraries);
        File.WriteAllText(Path.Combine(libraries, "libtorch_cpu.so"), "");
        return libraries;
    }
}
