using System.Text.Json.Serialization;
using SimClr.Internals;

namespace SimClr.Configuration;

/// <summary>
/// The precision of encoder and head in training. In files and options: <c>auto</c>, <c>fp32</c>, <c>tf32</c>,
/// <c>bf16</c>.
/// </summary>
[JsonConverter(typeof(EnumTextConverter<Precision>))]
public enum Precision
{
    /// <summary>bf16 if the device multiplies it faster than float32, or else fp32.</summary>
    Auto,

    /// <summary>float32.</summary>
    Fp32,

    /// <summary>
    /// float32 with factors of products and convolutions rounded to 10 bits on CUDA (Ampere and later); fp32 on other
    /// devices.
    /// </summary>
    Tf32,

    /// <summary>bfloat16.</summary>
    Bf16,
}
