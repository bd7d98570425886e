Console.WriteLine("loopd");
