namespace SimClr.Data;

/// <summary>An archive or file of an image set at its public address.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Md5">Its checksum as its authors or torchvision publish it.</param>
/// <param name="Megabytes">About how large it is.</param>
public sealed record RemoteFile(string Address, string Md5, int Megabytes)
{
    /// <summary>Whether it is kept as it is instead of unpacked.</summary>
    public bool KeepArchive { get; init; }

    /// <summary>An archive inside of it that is unpacked too, where it lies.</summary>
    public string? Inner { get; init; }

    /// <summary>The last part of the address.</summary>
    public string Name => Address[(Address.LastIndexOf('/') + 1)..];
}

/// <summary>An image set that can be downloaded.</summary>
/// <param name="Name">What a user types.</param>
/// <param name="Title">Its name in full.</param>
/// <param name="Uses">How to name it afterwards where DATA is expected; DIR stands for the folder.</param>
/// <param name="Files">What it is made of.</param>
public sealed record RemoteSet(string Name, string Title, string[] Uses, RemoteFile[] Files)
{
    /// <summary>What is in the folder when it is whole.</summary>
    public required string[] Contents { get; init; }
}
