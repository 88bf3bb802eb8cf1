"""The app with trainings cut down to seconds, all else as it is: python -m tests.browser.tiny serve --data DIR."""

import sys
from dataclasses import replace

import app
from classifier.profiles import Profile

whole_recipe = Profile.recipe


def tiny_recipe(profile, classifier):
    recipe = whole_recipe(profile, classifier)
    return recipe if classifier == "retriever" else replace(recipe, epochs=10, seconds=8.0)


if __name__ == "__main__":
    Profile.recipe = tiny_recipe
    sys.exit(app.main())
