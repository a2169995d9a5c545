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
            "SimClr" => ["buildTransitive/SimClr.targets"],
            "SimClr.SampleImages" => ["licenses/fashion-mnist/LICENSE"],
            "SimClr.Onnx" => ["licenses/onnx/LICENSE"],
            _ => [],
        };
        Assert.Equal(library.Concat(own).Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));

        XElement metadata = Nuspec(package);
        Assert.Equal(project, Value(metadata, "id"));
        Assert.Equal("MIT", Value(metadata, "license"));
        Assert.Equal("README.md", Value(metadata, "readme"));
        Assert.Equal("icon.png", Value(metadata, "icon"));
        Assert.NotEqual("Package Description", Value(metadata, "description"));
        string[] tags = Value(metadata, "tags").Split(' ');
        Assert.Equal(tags.Length, tags.Distinct().Count());
        Assert.Equal(project != "SimClr", tags.Length > 6);

        // No dependency of a dependency, and no libtorch, half a gigabyte for each system: the application chooses it.
        string[] dependencies = [.. metadata.Descendants()
            .Where(e => e.Name.LocalName == "dependency")
            .Select(e => e.Attribute("id")!.Value)];
        Assert.Equal(References(project).Order(StringComparer.Ordinal), dependencies.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(dependencies, id => id.StartsWith("libtorch", StringComparison.Ordinal)
            || id.Contains("cuda", StringComparison.Ordinal));

        // Only the package of the images carries them.
        long size = package.Entries.Sum(entry => entry.Length);
        Assert.Equal(project == "SimClr.SampleImages", package.Entries.Any(entry => entry.Length > 4 << 20));
        Assert.InRange(size, 1, 8 << 20);
        using var readme = new StreamReader(package.GetEntry("README.md")!.Open());
        string title = readme.ReadLine()!;
        Assert.Equal($"# {project}", title);
        if (Repository.Configuration == "Release")
        {
            Assert.DoesNotContain(package.Entries, NamesThisFolder);
        }
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Each_package_has_a_readme_that_can_be_read_elsewhere(string project)
    {
        string readme = File.ReadAllText(project == "SimClr"
            ? Repository.PathOf("docs", "package.md")
            : Repository.PathOf("src", project, "README.md"));
        Assert.Contains($"dotnet add package {project}", readme, StringComparison.Ordinal);
        Assert.Contains("```csharp\n", readme, StringComparison.Ordinal);
        Assert.Contains("License: MIT", readme, StringComparison.Ordinal);
        Assert.All(
            Regex.Matches(readme, @"\]\(([^)]+)\)").Select(match => match.Groups[1].Value),
            link => Assert.StartsWith("https://", link, StringComparison.Ordinal));
    }

    [Fact]
    public void The_file_without_a_project_names_the_versions_of_this_build()
    {
        string readme = File.ReadAllText(Repository.PathOf("docs", "package.md"));
        string versions = File.ReadAllText(Repository.PathOf("Directory.Packages.props"));
        string ours = Regex.Match(
            File.ReadAllText(Repository.PathOf("Directory.Build.props")), "<Version>(.*)</Version>").Groups[1].Value;
        (string Name, string Version)[] named = [.. Regex.Matches(readme, @"(?m)^#:package (\S+)@(\S+)\r?$")
            .Select(match => (match.Groups[1].Value, match.Groups[2].Value))];
        Assert.Equal(3, named.Length);
        Assert.All(named, package => Assert.True(
            package.Name.StartsWith("SimClr", StringComparison.Ordinal)
                ? package.Version == ours
                : versions.Contains(
                    $"\"{package.Name}\" Version=\"{package.Version}\"", StringComparison.Ordinal),
            package.Name));
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

    /// <summary>The packages and projects that a project references, without tools of its build.</summary>
    private static IEnumerable<string> References(string project)
    {
        XElement root = XElement.Load(Repository.PathOf("src", project, $"{project}.csproj"));
        return root.Descendants("PackageReference")
            .Where(e => e.Attribute("PrivateAssets") is null)
            .Select(e => e.Attribute("Include")!.Value)
            .Concat(root.Descendants("ProjectReference")
                .Select(e => Path.GetFileNameWithoutExtension(e.Attribute("Include")!.Value)));
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
