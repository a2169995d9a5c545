using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace SimClr.AcceptanceTests;

/// <summary>
/// The contents of the packages. <c>samples/check-packages.sh</c>, which takes minutes, checks that a project elsewhere
/// can use them and that the tool installs.
/// </summary>
public sealed class PackageTests : IDisposable
{
    private readonly WorkingFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Libraries => [.. Directory.GetDirectories(Repository.PathOf("src"))
        .Select(path => Path.GetFileName(path)!)
        .Where(name => name != "SimClr.Cli" && File.Exists(Repository.PathOf("src", name, $"{name}.csproj")))];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_package_holds_the_library_its_documentation_and_nothing_of_this_machine(string project)
    {
        using ZipArchive package = Pack(project);
        string[] files = [.. package.Entries.Select(entry => entry.FullName).Where(name => !IsEnvelope(name))];
        string[] library = [$"lib/net10.0/{project}.dll", $"lib/net10.0/{project}.xml", "README.md", "icon.png"];
        string[] own = project switch
        {
            "SimClr" => ["buildTransitive/SimClr.targets", "licenses/fashion-mnist/LICENSE"],
            "SimClr.Onnx" => ["licenses/onnx/LICENSE"],
            _ => [],
        };
        Assert.Equal(library.Concat(own).Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));

        XElement metadata = Nuspec(package);
        Assert.Equal(project, Value(metadata, "id"));
        Assert.Equal("MIT", Value(metadata, "license"));
        Assert.Equal("README.md", Value(metadata, "readme"));
        Assert.NotEqual("Package Description", Value(metadata, "description"));
        string[] dependencies = [.. metadata.Descendants()
            .Where(e => e.Name.LocalName == "dependency")
            .Select(e => e.Attribute("id")!.Value)];
        Assert.Contains(dependencies, id => id == "TorchSharp" || id.StartsWith("SimClr", StringComparison.Ordinal));

        // Half a gigabyte for each system: the application chooses it.
        Assert.DoesNotContain(dependencies, id => id.StartsWith("libtorch", StringComparison.Ordinal)
            || id.Contains("cuda", StringComparison.Ordinal));
        Assert.True(package.Entries.Sum(entry => entry.Length) < 8 << 20);
        if (Repository.Configuration == "Release")
        {
            Assert.DoesNotContain(package.Entries, NamesThisFolder);
        }
    }

    [Fact]
    public void The_readme_of_the_packages_shows_the_first_sample_and_its_links_work()
    {
        string readme = File.ReadAllText(Repository.PathOf("docs", "package.md"));
        string program = File.ReadAllText(Repository.PathOf("samples", "FirstSteps", "Program.cs"));
        Assert.Equal(program, Regex.Match(readme, "```csharp\n(.*?)```", RegexOptions.Singleline).Groups[1].Value);
        Assert.True(program.Split('\n').Length <= 40);

        // The packages' readme is read outside the repository.
        Assert.All(
            Regex.Matches(readme, @"\]\(([^)]+)\)").Select(match => match.Groups[1].Value),
            link => Assert.StartsWith("https://", link, StringComparison.Ordinal));
    }

    [Fact]
    public void The_readme_names_the_libtorch_that_we_build_with()
    {
        string readme = File.ReadAllText(Repository.PathOf("docs", "package.md"));
        string versions = File.ReadAllText(Repository.PathOf("Directory.Packages.props"));
        foreach (string system in (string[])["linux-x64", "win-x64", "osx-arm64"])
        {
            string version = Regex.Match(versions, $"\"libtorch-cpu-{system}\" Version=\"([^\"]+)\"").Groups[1].Value;
            Assert.Contains(
                $"Include=\"libtorch-cpu-{system}\" Version=\"{version}\"", readme, StringComparison.Ordinal);
        }
    }

    private ZipArchive Pack(string project)
    {
        Dotnet.Run(
            Repository.PathOf("src", project), "pack", "--no-build", "-c", Repository.Configuration, "-o", folder.Path,
            "-nologo").Succeeded();
        Assert.Single(Directory.GetFiles(folder.Path, "*.snupkg"));
        return ZipFile.OpenRead(Assert.Single(Directory.GetFiles(folder.Path, "*.nupkg")));
    }

    // Files required by the package format.
    private static bool IsEnvelope(string name)
        => name is "[Content_Types].xml"
            || name.StartsWith("_rels/", StringComparison.Ordinal)
            || name.StartsWith("package/", StringComparison.Ordinal)
            || name.EndsWith(".nuspec", StringComparison.Ordinal);

    private static XElement Nuspec(ZipArchive package)
    {
        using Stream stream =
            package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return XDocument.Load(stream).Root!.Elements().Single(e => e.Name.LocalName == "metadata");
    }

    private static string Value(XElement metadata, string name)
        => metadata.Elements().Single(e => e.Name.LocalName == name).Value;

    private static bool NamesThisFolder(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        ReadOnlySpan<byte> content = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
        return content.IndexOf(Encoding.UTF8.GetBytes(Repository.Root)) >= 0
            || content.IndexOf(Encoding.Unicode.GetBytes(Repository.Root)) >= 0;
    }
}
