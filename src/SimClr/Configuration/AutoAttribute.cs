namespace SimClr.Configuration;

/// <summary>In a configuration the word <c>auto</c> stands for 0 here, as it does on the command line.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AutoAttribute : Attribute;
