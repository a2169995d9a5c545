namespace SimClr.Configuration;

/// <summary>Marks an option for which <c>auto</c> in a configuration means 0, as on the command line.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AutoAttribute : Attribute;
