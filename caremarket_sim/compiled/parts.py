"""Compiled helpers as parts of whoever calls them: nobody jumps to them, so no machine code is made of them alone.

numba would optimise each helper, make machine code of it, and do both again for every function that it becomes part of.
"""

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler


class PartCompiler(Compiler):
    """Compiles a helper as far as others need it."""

    def compile_extra(self, func):
        """As numba does, into a `_Part`."""
        self.state.library = _Part(self.state.targetctx.codegen(), func.__qualname__)
        return super().compile_extra(func)


class _Part(JITCodeLibrary):
    """Code of a helper with that of its own helpers, to be linked into others."""

    def finalize(self):
        for library in dict.fromkeys(self._linking_libraries):
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalized = True

    def get_pointer_to_function(self, name):
        return 0

    @property
    def codegen(self):
        return self

    def set_env(self, name, env):
        """There is nothing to tell where Python's names are: code that runs without Python asks for none."""
