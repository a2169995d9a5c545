using System.Reflection;
using System.Text.RegularExpressions;
using SimClr.Extensions;
using SimClr.Formats;
using SimClr.Onnx;
using SimClr.OnnxRuntime;
using SimClr.Parquet;
using SimClr.Store;
using SimClr.Store.Postgres;
using SimClr.Training;

namespace SimClr.Tests.Architecture;

public sealed partial class PublicSurfaceTests
{
    private const BindingFlags Own =
        BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    // The members that the compiler adds to records are not informative.
    private static readonly string[] Generated =
    [
        "Deconstruct", "Equals", "GetHashCode", "PrintMembers", "ToString", "<Clone>$", "op_Equality", "op_Inequality",
        "EqualityContract",
    ];

    private static readonly Assembly[] Packages =
    [
        typeof(Pretrainer).Assembly, typeof(OnnxExport).Assembly, typeof(ParquetFormat).Assembly,
        typeof(SqliteImageCollection).Assembly, typeof(PostgresImageCollection).Assembly,
        Assembly.Load("SimClr.SampleImages"), typeof(MagickFormats).Assembly, typeof(OnnxImageModel).Assembly,
        typeof(ImageEmbeddingGenerator).Assembly,
    ];

    /// <summary>
    /// Only test and bench projects see internals; packages and the command are clients of the public surface.
    /// </summary>
    [Fact]
    public void No_package_sees_the_internals_of_another()
    {
        string[] projects = [.. SourceTree.Files("src", "*.csproj")];
        string[] names = [.. projects.Select(file => Path.GetFileNameWithoutExtension(file)!)];
        Assert.Contains("SimClr.Cli", names);
        IEnumerable<string> found = projects.SelectMany(file => Friends().Matches(File.ReadAllText(file))
            .Select(match => match.Groups[1].Value)
            .Where(names.Contains)
            .Select(friend => $"{file} shows its internals to {friend}"));
        Assert.Empty(found);
        Assert.DoesNotContain(
            SourceTree.Files("src"),
            file => File.ReadAllText(file).Contains("InternalsVisibleTo", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_package_is_covered()
    {
        string[] libraries = [.. SourceTree.Files("src", "*.csproj")
            .Select(file => Path.GetFileNameWithoutExtension(file)!)
            .Where(name => name != "SimClr.Cli")];
        Assert.Equal(libraries.Order(), Packages.Select(package => package.GetName().Name!).Order());
    }

    /// <summary>
    /// The baseline and settings of package validation: only the SDK's validation compares signatures.
    /// </summary>
    [Fact]
    public void Every_package_has_a_baseline_of_its_public_surface()
    {
        string properties = File.ReadAllText(Path.Combine(SourceTree.Root, "Directory.Build.props"));
        Assert.Contains(
            "<EnablePackageValidation>true</EnablePackageValidation>", properties, StringComparison.Ordinal);
        string version = BaselineVersion().Match(properties).Groups[1].Value;
        string folder = Path.Combine(SourceTree.Root, "src", "baseline");
        string[] expected = [.. Packages.Select(package => $"{package.GetName().Name}.{version}.nupkg")
            .Order(StringComparer.Ordinal)];
        FileInfo[] files = [.. new DirectoryInfo(folder).GetFiles().OrderBy(file => file.Name, StringComparer.Ordinal)];
        Assert.Equal(expected, files.Select(file => file.Name));
        Assert.All(files, file => Assert.InRange(file.Length, 1, 200 * 1024));
    }

    [Fact]
    public void The_public_names_are_the_approved_ones()
    {
        string file = Path.Combine(SourceTree.Root, "tests", "SimClr.Tests", "Architecture", "PublicNames.txt");
        string[] actual = [.. Packages.SelectMany(package => package.GetExportedTypes())
            .Select(Describe)
            .Order(StringComparer.Ordinal)];
        string[] expected = File.Exists(file) ? File.ReadAllLines(file) : [];
        string[] added = [.. actual.Except(expected)];
        string[] removed = [.. expected.Except(actual)];
        Assert.True(
            added.Length + removed.Length == 0,
            $"The public surface changed. If that is intended, write this into {file}:\n{string.Join("\n", actual)}\n\n"
                + $"added:\n{string.Join("\n", added)}\n\nremoved:\n{string.Join("\n", removed)}");
    }

    [GeneratedRegex("<ApiBaselineVersion>(.*)</ApiBaselineVersion>")]
    private static partial Regex BaselineVersion();

    [GeneratedRegex("<InternalsVisibleTo Include=\"([^\"]+)\"")]
    private static partial Regex Friends();

    private static string Describe(Type type)
    {
        var names = type.GetMembers(Own)
            .Where(member => member is not MethodInfo { IsSpecialName: true } and not Type)
            .Select(member => member is ConstructorInfo ? "new" : member.Name)
            .Where(name => !Generated.Contains(name))
            .Distinct()
            .Order(StringComparer.Ordinal);
        return $"{type.FullName}: {string.Join(", ", names)}".TrimEnd(' ', ':');
    }
}
