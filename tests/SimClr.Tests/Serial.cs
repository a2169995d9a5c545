// Tests write numbers and sums as TorchSharp lets them be written, and its scalars are freed even while libtorch works with
// them if another thread collects memory then (see src/SimClr/Internals/Scalars.cs, which the library itself keeps to).
[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]
