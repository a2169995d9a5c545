using System.CommandLine;

namespace SimClr.Cli.Verbs;

/// <summary>The parent verb of <c>simclr export onnx</c> and the other export formats.</summary>
internal static class ExportCommand
{
    public static Command Create() => new Verb(
        "export",
        "Export an encoder for other programs.",
        "simclr export onnx runs/photos --out encoder.onnx",
        "simclr export pth runs/photos --out encoder.pth")
    {
        ExportOnnxCommand.Create(),
        ExportWeightsCommand.CreateSafetensors(),
        ExportWeightsCommand.CreatePth(),
        ExportHuggingFaceCommand.Create(),
    };
}
