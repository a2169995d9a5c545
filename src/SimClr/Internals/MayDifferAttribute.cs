using System.Reflection;
using System.Text.Json;

namespace SimClr.Internals;

/// <summary>The scope across which an option may differ without changing the result of a run.</summary>
[Flags]
internal enum Between
{
    /// <summary>Nowhere.</summary>
    None = 0,

    /// <summary>Between the sessions of a run that is resumed.</summary>
    Sessions = 1,

    /// <summary>Between the ranks of a run, whose machines may differ.</summary>
    Ranks = 2,
}

/// <summary>Marks an option that may differ between sessions or ranks. All other options must be the same.</summary>
/// <param name="between">The scope across which the option may differ.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MayDifferAttribute(Between between) : Attribute
{
    /// <summary>The scope across which the option may differ.</summary>
    public Between Between => between;

    /// <summary>Returns whether an option may differ.</summary>
    public static bool Allows(PropertyInfo property, Between between)
        => property.GetCustomAttribute<MayDifferAttribute>() is { } mark && mark.Between.HasFlag(between);

    /// <summary>Returns the options of a record that may differ, in snake_case.</summary>
    public static IEnumerable<string> Keys(Type record, Between between)
        => record.GetProperties().Where(property => Allows(property, between))
            .Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
}
