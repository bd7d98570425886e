using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Loop.Replayer.Sandbox.Tests")]
[assembly: InternalsVisibleTo("Loop.LoadLab")]
