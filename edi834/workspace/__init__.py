"""The operator's files: where the workspace is, and what its settings, carriers, feeds, mappings and grants say.

Every file is read strictly, every mistake is collected with file, line and column, and nothing is ever written.
What the words in them mean belongs to the rooms below; people's data is never here.
"""

from edi834.workspace.home import Workspace, open_workspace
from edi834.workspace.settings import FILE_NAME, WorkspaceSettings, find_home

__all__ = ["FILE_NAME", "Workspace", "WorkspaceSettings", "find_home", "open_workspace"]
