using System.Reflection;
using SimClr.Augmentation;
using SimClr.Cli.Bench;
using SimClr.Data;
using SimClr.Duplicates;

namespace SimClr.Tests.Architecture;

/// <summary>A set that wraps another answers as the wrapped one does, except for its documented change.</summary>
public sealed class DelegatingDataSetTests
{
    private const BindingFlags Own =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Type[] Types =
    [
        .. new[] { typeof(ImageDataSet), typeof(RepeatedDataSet), typeof(DelegatingDataSetTests) }
            .SelectMany(type => type.Assembly.GetTypes()).Where(type => type.IsSubclassOf(typeof(ImageDataSet))),
    ];

    /// <summary>The members that each of the project's wrappers changes. The wrapped set answers all others.</summary>
    private static readonly Dictionary<Type, string> Changed = new()
    {
        [typeof(CachedDataSet)] = "IsDecoded Read Recycle",
        [typeof(SubsetDataSet)] = "Count Fingerprint Labels Locate MultiLabels",
        [typeof(JoinedDataSet)] =
            "ClassNames Count Decoder Fingerprint IsDecoded Labels Locate MultiLabels Name NoLabelsReason Omissions",
        [typeof(ResizedDataSet)] = "Fingerprint IsDecoded Read Recycle",
        [typeof(PerturbedDataSet)] = "Fingerprint IsDecoded Name Read Recycle",
        [typeof(CopiedDataSet)] = "Count Fingerprint IsDecoded Labels Locate MultiLabels Read Recycle",
        [typeof(RepeatedDataSet)] =
            "ClassNames Count Dispose Fingerprint IsDecoded Labels Locate MultiLabels NoLabelsReason",
    };

    public static TheoryData<string> Members => [.. Overridable().Select(method => method.Name)];

    [Fact]
    public void A_set_that_wraps_another_derives_from_the_base_of_wrappers()
    {
        Type[] wrappers = [.. Types.Where(type => !type.IsAbstract && type.GetConstructors(Own)
            .Any(made => made.GetParameters().Any(parameter => parameter.ParameterType == typeof(ImageDataSet))))];
        Assert.All(
            wrappers, type => Assert.True(type.IsSubclassOf(typeof(DelegatingDataSet)), $"{type} forwards by hand"));
        Assert.Superset(Changed.Keys.ToHashSet(), wrappers.ToHashSet());
    }

    [Fact]
    public void The_base_answers_every_member_that_a_set_may_override()
    {
        string[] answered = [.. typeof(DelegatingDataSet).GetMethods(Own).Select(method => method.Name)];
        Assert.Empty(Overridable().Select(method => method.Name).Except(answered));
    }

    [Theory]
    [MemberData(nameof(Members))]
    public void The_base_answers_as_the_wrapped_set_does(string member)
    {
        var source = new Outspoken();
        MethodInfo method = Overridable().Single(method => method.Name == member);
        object?[] arguments = [.. method.GetParameters()
            .Select(parameter => parameter.ParameterType == typeof(int) ? (object)1 : Outspoken.Image)];
        object? expected = method.Invoke(source, arguments);
        // Else it proves nothing.
        Assert.NotEqual(
            method.Invoke(new Silent(), arguments), method.ReturnType == typeof(void) ? "nothing" : expected);
        source.Calls.Clear();
        Assert.Equal(expected, method.Invoke(new Bare(source), arguments));
        Assert.Equal([member], source.Calls);
    }

    [Fact]
    public void A_wrapper_overrides_only_what_it_changes()
        => Assert.All(
            Types.Where(type => type.Assembly != typeof(DelegatingDataSetTests).Assembly
                && type.BaseType == typeof(DelegatingDataSet)),
            type
                => Assert.Equal(
                    Changed.GetValueOrDefault(type),
                    string.Join(' ', type.GetMethods(Own)
                        .Where(method => method.GetBaseDefinition().DeclaringType != type)
                        .Select(method => method.Name.Replace("get_", "", StringComparison.Ordinal))
                        .Order(StringComparer.Ordinal))));

    /// <summary>
    /// The base cannot choose between two sets, so the joined set must answer everything except queries about one
    /// image.
    /// </summary>
    [Fact]
    public void A_joined_set_answers_for_both()
        => Assert.All(
            Overridable().Where(method => method.GetParameters().Length == 0),
            method => Assert.NotNull(typeof(JoinedDataSet).GetMethod(method.Name, Own)));

    private static IEnumerable<MethodInfo> Overridable()
        => typeof(ImageDataSet)
            .GetMethods(Own)
            .Where(method => method is { IsVirtual: true, IsFinal: false, Name: not "Dispose" });

    private sealed class Bare(ImageDataSet source) : DelegatingDataSet(source);

    /// <summary>A set that overrides only the abstract members.</summary>
    private sealed class Silent : ImageDataSet
    {
        public override string Name => "silent";

        public override int Count => 0;

        public override string Fingerprint => "0";

        public override string PathOf(int index) => "";

        public override RgbImage Read(int index) => Outspoken.Other;
    }

    /// <summary>A set that answers every member distinctively and records the calls.</summary>
    private sealed class Outspoken : ImageDataSet
    {
        private static readonly int[] Classes = [1, 0, 1];
        private static readonly string[] Names = ["a", "b"];
        private static readonly sbyte[][] Marks = [[1, -1], [-1, 1], [1, 0]];
        private static readonly Omissions Left = new(
            new SortedDictionary<string, int> { [".heic"] = 2 }, [new Omission("x/", "no")], []);

        public static RgbImage Image { get; } = new(1, 1, [1, 2, 3]);

        public static RgbImage Other { get; } = new(1, 1, [4, 5, 6]);

        public List<string> Calls { get; } = [];

        public override string Name => Note("outspoken", "get_Name");

        public override int Count => Note(3, "get_Count");

        public override IReadOnlyList<int>? Labels => Note(Classes, "get_Labels");

        public override IReadOnlyList<string>? ClassNames => Note(Names, "get_ClassNames");

        public override IReadOnlyList<sbyte[]>? MultiLabels => Note(Marks, "get_MultiLabels");

        public override string? NoLabelsReason => Note("why", "get_NoLabelsReason");

        public override Omissions Omissions => Note(Left, "get_Omissions");

        public override string Fingerprint => Note("f", "get_Fingerprint");

        internal override string? Decoder => Note("by hand", "get_Decoder");

        public override bool IsDecoded => Note(true, "get_IsDecoded");

        public override string PathOf(int index) => Note($"path {index}", nameof(PathOf));

        internal override string RelativePathOf(int index) => Note($"relative {index}", nameof(RelativePathOf));

        internal override (string File, long Offset, long Length)? SliceOf(int index)
            => Note<(string, long, long)?>(("a.tar", 512, index), nameof(SliceOf));

        public override RgbImage Read(int index) => Note(index == 1 ? Image : Other, nameof(Read));

        public override void Recycle(int index, RgbImage image)
            => Note(Assert.IsType<RgbImage>(image), nameof(Recycle));

        private T Note<T>(T answer, string member)
        {
            Calls.Add(member);
            return answer;
        }
    }
}
