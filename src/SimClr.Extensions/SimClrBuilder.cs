using Microsoft.Extensions.DependencyInjection;

namespace SimClr.Extensions;

/// <summary>The services of an encoder, to which others can be added.</summary>
public sealed class SimClrBuilder
{
    internal SimClrBuilder(IServiceCollection services) => Services = services;

    /// <summary>The services of the program.</summary>
    public IServiceCollection Services { get; }
}
