using System.Reflection;
using SimClr.Training;

namespace SimClr.Tests.Architecture;

public sealed class PublicSurfaceTests
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    // What the compiler adds to records says nothing.
    private static readonly string[] Generated =
        ["Deconstruct", "Equals", "GetHashCode", "PrintMembers", "ToString", "<Clone>$", "op_Equality", "op_Inequality", "EqualityContract"];

    [Fact]
    public void The_public_names_are_those_that_were_chosen()
    {
        string file = Path.Combine(SourceTree.Root, "tests", "SimClr.Tests", "Architecture", "PublicNames.txt");
        string[] actual = [.. typeof(Pretrainer).Assembly.GetExportedTypes().Select(Describe).Order(StringComparer.Ordinal)];
        string[] expected = File.Exists(file) ? File.ReadAllLines(file) : [];
        string[] added = [.. actual.Except(expected)];
        string[] removed = [.. expected.Except(actual)];
        Assert.True(
            added.Length + removed.Length == 0,
            $"The public surface changed. If that is meant, write this into {file}:\n{string.Join("\n", actual)}\n\nadded:\n{string.Join("\n", added)}\n\nremoved:\n{string.Join("\n", removed)}");
    }

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
