using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Loop.Store.Tests")]
