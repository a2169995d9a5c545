namespace SimClr.Data;

/// <summary>The options of the library's decoders, as far as they apply here.</summary>
internal sealed record DataOptions
{
    public const string DecodeLimitName = "OnnxImageModelOptions.DecodeLimitMegapixels";

    /// <summary>The maximum image size in megapixels.</summary>
    public required double DecodeLimitMegapixels { get; init; }

    /// <summary>JPEGs are decoded at full size.</summary>
    public int ScaledDecode { get; }
}
